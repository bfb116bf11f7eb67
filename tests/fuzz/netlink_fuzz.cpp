#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "compiler/ruleset/print.h"
#include "daemon/netlink/object/chain.h"
#include "daemon/netlink/object/counter.h"
#include "daemon/netlink/object/elements.h"
#include "daemon/netlink/object/set.h"
#include "daemon/netlink/rule/rule.h"
#include "tests/fuzz/netlink_mutator.h"

namespace {

using namespace portcullis;

constexpr std::size_t kLongest = std::size_t{1} << 16U;

constexpr std::uint16_t type_of(int message) {
  return static_cast<std::uint16_t>((NFNL_SUBSYS_NFTABLES << 8) | message);
}

void take_elements(Ruleset& ruleset, const nlmsghdr* header) {
  for (auto& [name, set] : ruleset.sets) {
    if (set.spec.key.empty()) continue;
    nl::ElementDecoder decoder(set.spec);
    decoder.add(header);
    if (auto elements = decoder.take(); elements && !decoder.saw_foreign())
      set.elements = *elements;
  }
}

void take(Ruleset& ruleset, const nlmsghdr* header) {
  switch (header->nlmsg_type) {
    case type_of(NFT_MSG_NEWOBJ):
      if (auto counter = nl::decode_counter(header)) {
        ruleset.counters[counter->spec.name] = counter->spec;
      }
      return;
    case type_of(NFT_MSG_NEWSET):
      if (auto spec = nl::decode_set(header)) ruleset.sets[spec->name].spec = *spec;
      return;
    case type_of(NFT_MSG_NEWSETELEM):
      return take_elements(ruleset, header);
    case type_of(NFT_MSG_NEWCHAIN):
      if (auto spec = nl::decode_chain(header)) ruleset.chains[spec->name].spec = *spec;
      return;
    case type_of(NFT_MSG_NEWRULE): {
      const auto placed = nl::decode_rule(header, ruleset.sets);
      const auto chain = ruleset.chains.find(placed.chain);
      if (chain != ruleset.chains.end()) chain->second.rules.push_back(placed.rule);
      return;
    }
    default:
      return;
  }
}

}  // namespace

// Any messages as the answer to a dump: everything is decoded, or is foreign, and prints. As
// in a socket's buffer, zeros follow them, so that texts in the kernel's messages end.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::vector<std::uint64_t> buffer(2 * kLongest / sizeof(std::uint64_t));
  std::fill(buffer.begin(), buffer.end(), 0);
  size = std::min(size, kLongest);
  std::copy_n(data, size, reinterpret_cast<std::uint8_t*>(buffer.data()));
  Ruleset ruleset;
  int rest = static_cast<int>(size);
  const auto* header = reinterpret_cast<const nlmsghdr*>(buffer.data());
  for (; mnl_nlmsg_ok(header, rest); header = mnl_nlmsg_next(header, &rest)) {
    if (header->nlmsg_len > static_cast<unsigned>(rest)) return 0;  // libmnl compares signed
    if (header->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(nfgenmsg)) continue;
    take(ruleset, header);
  }
  static_cast<void>(print_nft(ruleset));
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  return portcullis::mutate_messages(data, size, most, seed);
}

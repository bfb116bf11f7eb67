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

namespace {

using namespace portcullis;

constexpr std::size_t kLongest = std::size_t{1} << 16U;

constexpr std::uint16_t type_of(int message) {
  return static_cast<std::uint16_t>((NFNL_SUBSYS_NFTABLES << 8) | message);
}

// The attributes between `first` and `end`, both within one message.
std::vector<const nlattr*> attributes(const void* first, const void* end) {
  std::vector<const nlattr*> found;
  const auto* at = static_cast<const nlattr*>(first);
  const auto rest = [&] {
    return static_cast<int>(static_cast<const char*>(end) - reinterpret_cast<const char*>(at));
  };
  for (; mnl_attr_ok(at, rest()); at = mnl_attr_next(at)) found.push_back(at);
  return found;
}

std::vector<const nlattr*> nested(const nlattr* list) {
  const auto* first = static_cast<const char*>(mnl_attr_get_payload(list));
  return attributes(first, first + mnl_attr_get_payload_len(list));
}

bool has_name(const nlattr* expression) {
  return std::ranges::any_of(nested(expression), [](const nlattr* part) {
    return mnl_attr_get_type(part) == NFTA_EXPR_NAME;
  });
}

bool have_names(const nlattr* expressions) {
  return std::ranges::all_of(nested(expressions), has_name);
}

bool has_names_in_it(const nlattr* element) {
  return std::ranges::all_of(nested(element), [](const nlattr* part) {
    const auto type = mnl_attr_get_type(part);
    if (type == NFTA_SET_ELEM_EXPR) return has_name(part);
    return type != NFTA_SET_ELEM_EXPRESSIONS || have_names(part);
  });
}

// libnftnl crashes on an expression without a name; the kernel never sends one.
bool has_names(const nlmsghdr* header) {
  const auto* end = reinterpret_cast<const char*>(header) + header->nlmsg_len;
  const auto* first = mnl_nlmsg_get_payload_offset(header, sizeof(nfgenmsg));
  const auto parts = attributes(first, end);
  return std::ranges::all_of(parts, [&](const nlattr* part) {
    const auto type = mnl_attr_get_type(part);
    switch (header->nlmsg_type) {
      case type_of(NFT_MSG_NEWSET):
        if (type == NFTA_SET_EXPR) return has_name(part);
        return type != NFTA_SET_EXPRESSIONS || have_names(part);
      case type_of(NFT_MSG_NEWRULE):
        return type != NFTA_RULE_EXPRESSIONS || have_names(part);
      case type_of(NFT_MSG_NEWSETELEM):
        return type != NFTA_SET_ELEM_LIST_ELEMENTS ||
               std::ranges::all_of(nested(part), has_names_in_it);
      default:
        return true;
    }
  });
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
    if (has_names(header)) take(ruleset, header);
  }
  static_cast<void>(print_nft(ruleset));
  return 0;
}

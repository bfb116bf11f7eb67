#include "daemon/netlink/table/decode_batch.h"

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ruleset/diff.h"
#include "daemon/netlink/object/chain.h"
#include "daemon/netlink/object/counter.h"
#include "daemon/netlink/object/elements.h"
#include "daemon/netlink/object/libnftnl.h"
#include "daemon/netlink/object/set.h"
#include "daemon/netlink/rule/rule.h"
#include "daemon/netlink/table/encode_batch.h"

namespace portcullis::nl {
namespace {

constexpr std::size_t kSmallest = MNL_NLMSG_HDRLEN + sizeof(nfgenmsg);

// From an NFT_MSG_NEWSETELEM message.
struct ElementList {
  std::string set;  // its local name
  const nlattr* elements = nullptr;
};

ElementList list_in(const nlmsghdr* header) {
  ElementList list;
  const auto take = [](const nlattr* attr, void* data) {
    auto& found = *static_cast<ElementList*>(data);
    if (mnl_attr_get_type(attr) == NFTA_SET_ELEM_LIST_SET) found.set = mnl_attr_get_str(attr);
    if (mnl_attr_get_type(attr) == NFTA_SET_ELEM_LIST_ELEMENTS) found.elements = attr;
    return MNL_CB_OK;
  };
  mnl_attr_parse(header, sizeof(nfgenmsg), take, &list);
  return list;
}

// A message as the kernel would dump it. libnftnl numbers the elements of a list that it writes,
// but only reads lists like the kernel's, whose elements all have one type.
std::vector<std::uint8_t> as_dumped(const nlmsghdr* header, const nlattr* elements) {
  const auto* begin = reinterpret_cast<const std::uint8_t*>(header);
  std::vector<std::uint8_t> message(begin, begin + header->nlmsg_len);
  const auto* first = static_cast<const std::uint8_t*>(mnl_attr_get_payload(elements));
  auto rest = std::span(message).subspan(static_cast<std::size_t>(first - begin),
                                         mnl_attr_get_payload_len(elements));
  while (rest.size() >= MNL_ATTR_HDRLEN) {
    auto* element = reinterpret_cast<nlattr*>(rest.data());
    element->nla_type = NLA_F_NESTED | NFTA_LIST_ELEM;
    const std::size_t size = MNL_ALIGN(std::size_t{element->nla_len});
    if (size < MNL_ATTR_HDRLEN || size > rest.size()) break;
    rest = rest.subspan(size);
  }
  return message;
}

// Skips unknown content: decode_batch() compares the whole.
class BatchDecoder {
 public:
  void read(const nlmsghdr* header) {
    if (NFNL_SUBSYS_ID(header->nlmsg_type) != NFNL_SUBSYS_NFTABLES) return;
    switch (NFNL_MSG_TYPE(header->nlmsg_type)) {
      case NFT_MSG_NEWOBJ:
        return read_counter(header);
      case NFT_MSG_NEWSET:
        return read_set(header);
      case NFT_MSG_NEWCHAIN:
        return read_chain(header);
      case NFT_MSG_NEWSETELEM:
        return read_elements(header);
      case NFT_MSG_NEWRULE:
        return read_rule(header);
      default:
        return;
    }
  }

  Result<Ruleset> take() {
    for (auto& [name, decoder] : elements_) {
      auto elements = decoder.take();
      if (!elements) return tl::unexpected(std::move(elements.error()));
      ruleset_.sets.at(name).elements = std::move(*elements);
    }
    return std::move(ruleset_);
  }

 private:
  void read_counter(const nlmsghdr* header) {
    auto counter = decode_counter(header);
    if (counter) ruleset_.counters[counter->spec.name] = std::move(counter->spec);
  }

  void read_set(const nlmsghdr* header) {
    auto spec = decode_set(header);
    if (spec) ruleset_.sets[spec->name].spec = std::move(*spec);
  }

  void read_chain(const nlmsghdr* header) {
    auto spec = decode_chain(header);
    if (spec) ruleset_.chains[spec->name].spec = std::move(*spec);
  }

  void read_elements(const nlmsghdr* header) {
    const auto list = list_in(header);
    const auto set = ruleset_.sets.find(name_in(table_family(header), list.set));
    if (set == ruleset_.sets.end() || set->second.spec.key.empty() || !list.elements) return;
    const auto message = as_dumped(header, list.elements);
    auto& decoder = elements_.try_emplace(set->first, set->second.spec).first->second;
    decoder.add(reinterpret_cast<const nlmsghdr*>(message.data()));
  }

  void read_rule(const nlmsghdr* header) {
    auto placed = decode_rule(header, ruleset_.sets);
    const auto chain = ruleset_.chains.find(placed.chain);
    if (chain != ruleset_.chains.end()) chain->second.rules.push_back(std::move(placed.rule));
  }

  Ruleset ruleset_;
  std::map<std::string, ElementDecoder> elements_;  // by set
};

}  // namespace

Result<Ruleset> decode_batch(std::span<const std::uint8_t> bytes) {
  BatchDecoder decoder;
  for (auto rest = bytes; rest.size() >= kSmallest;) {
    const auto* header = reinterpret_cast<const nlmsghdr*>(rest.data());
    const std::size_t size = header->nlmsg_len;
    if (size < kSmallest || MNL_ALIGN(size) > rest.size()) break;
    decoder.read(header);
    rest = rest.subspan(MNL_ALIGN(size));
  }
  auto ruleset = decoder.take();
  const auto again =
      ruleset.and_then([](const Ruleset& told) { return encode(diff({}, told), 0); });
  if (again && std::ranges::equal(again->bytes(), bytes)) return ruleset;
  return failure(ErrorCode::kInvalidInput, "not the messages that this version makes of a ruleset");
}

}  // namespace portcullis::nl

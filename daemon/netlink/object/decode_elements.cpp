#include "daemon/netlink/object/elements.h"

#include <algorithm>
#include <string>
#include <tuple>

#include "daemon/netlink/object/key_type.h"
#include "daemon/netlink/object/libnftnl.h"
#include "daemon/netlink/object/required_attributes.h"

namespace portcullis::nl {
namespace {

ElementKey key_of(const SetSpec& set, nftnl_set_elem* elem, std::uint16_t attribute) {
  if (!nftnl_set_elem_is_set(elem, attribute)) return {};
  std::uint32_t size = 0;
  const auto* data = static_cast<const std::uint8_t*>(nftnl_set_elem_get(elem, attribute, &size));
  return parse_wire_key(set, {data, size}).value_or(ElementKey{});
}

std::uint32_t flags_of(nftnl_set_elem* elem) {
  return nftnl_set_elem_is_set(elem, NFTNL_SET_ELEM_FLAGS)
             ? nftnl_set_elem_get_u32(elem, NFTNL_SET_ELEM_FLAGS)
             : 0;
}

bool is_foreign(nftnl_set_elem* elem) {
  return !nftnl_set_elem_is_set(elem, NFTNL_SET_ELEM_KEY) ||
         nftnl_set_elem_is_set(elem, NFTNL_SET_ELEM_TIMEOUT) ||
         nftnl_set_elem_is_set(elem, NFTNL_SET_ELEM_EXPR) ||
         nftnl_set_elem_is_set(elem, NFTNL_SET_ELEM_EXPRESSIONS) ||
         nftnl_set_elem_is_set(elem, NFTNL_SET_ELEM_OBJREF);
}

void read_verdict(TableFamily family, nftnl_set_elem* elem, Element& element) {
  if (!nftnl_set_elem_is_set(elem, NFTNL_SET_ELEM_VERDICT)) return;
  const auto verdict =
      static_cast<std::int32_t>(nftnl_set_elem_get_u32(elem, NFTNL_SET_ELEM_VERDICT));
  element.is_goto = verdict == NFT_GOTO;
  element.jump = verdict == NFT_JUMP || element.is_goto
                     ? name_in(family, text_of(nftnl_set_elem_get_str(elem, NFTNL_SET_ELEM_CHAIN)))
                     : "(verdict " + std::to_string(verdict) + ")";
}

struct FreeIterator {
  void operator()(nftnl_set_elems_iter* it) const { nftnl_set_elems_iter_destroy(it); }
};

}  // namespace

void ElementDecoder::add(const nlmsghdr* header) {
  const SetObject part(allocated(nftnl_set_alloc()));
  if (!has_required_attributes(header) || nftnl_set_elems_nlmsg_parse(header, part.get()) < 0) {
    saw_foreign_ = true;  // unknown to libnftnl
    return;
  }
  const std::unique_ptr<nftnl_set_elems_iter, FreeIterator> it(
      allocated(nftnl_set_elems_iter_create(part.get())));
  while (nftnl_set_elem* elem = nftnl_set_elems_iter_next(it.get())) add_one(elem);
}

void ElementDecoder::add_one(nftnl_set_elem* elem) {
  if (is_foreign(elem)) {
    saw_foreign_ = true;
    return;
  }
  const ElementKey key = key_of(set_, elem, NFTNL_SET_ELEM_KEY);
  if (set_.interval && set_.key.size() == 1) {
    ends_.push_back({key, (flags_of(elem) & NFT_SET_ELEM_INTERVAL_END) == 0});
    return;
  }
  auto& element = elements_.emplace_back();
  element.key = key;
  element.last = key_of(set_, elem, NFTNL_SET_ELEM_KEY_END);
  if (set_.interval && element.last.empty()) element.last = key;
  read_verdict(table_of(set_.name), elem, element);
}

Result<std::vector<Element>> ElementDecoder::take() {
  auto elements = ends_.empty() ? std::move(elements_) : join_ends();
  std::sort(elements.begin(), elements.end());
  const auto same_key = [](const Element& a, const Element& b) { return a.key == b.key; };
  if (std::adjacent_find(elements.begin(), elements.end(), same_key) != elements.end()) {
    return failure(ErrorCode::kInterrupted,
                   "the kernel moved the elements of set " + set_.name + " while it listed them");
  }
  return elements;
}

// The next range may begin where one ends. A range without an end extends to the largest value, or
// to the beginning of the next one.
std::vector<Element> ElementDecoder::join_ends() {
  std::sort(ends_.begin(), ends_.end(), [](const End& a, const End& b) {
    return std::tie(a.key, a.begins) < std::tie(b.key, b.begins);
  });
  std::vector<Element> ranges;
  bool open = false;
  for (const End& end : ends_) {
    if (open) ranges.back().last = previous(set_, end.key).value_or(end.key);
    open = end.begins;
    if (end.begins) ranges.push_back({end.key, largest(set_), {}});
  }
  return ranges;
}

}  // namespace portcullis::nl

#include "daemon/netlink/object/elements.h"

#include <libmnl/libmnl.h>
#include <libnftnl/udata.h>

#include <algorithm>

#include "daemon/netlink/object/key_type.h"
#include "daemon/netlink/object/libnftnl.h"
#include "daemon/netlink/object/userdata.h"

namespace portcullis::nl {
namespace {

constexpr std::size_t kMaxElementList = 60'000;  // bytes; a netlink attribute ends at 65,535

// Ranges of one field (rbtree) are written as the beginning and the (exclusive) end of each range,
// on one line of numbers:
//
//     0 [end]   10.0.0.0   11.0.0.0 [end]   192.168.0.0   192.169.0.0 [end]
//     |         `-------------------'       `----------------------------'
//     the values below the first range, if it does not begin at 0
//
// A range up to the largest value has no end; nft marks its beginning with a flag in user data.
bool has_ends(const SetSpec& set) { return set.interval && set.key.size() == 1; }

bool has_range_keys(const SetSpec& set) { return set.interval && set.key.size() > 1; }

void set_key(nftnl_set_elem* elem, std::uint16_t attribute, std::span<const std::uint8_t> key) {
  nftnl_set_elem_set(elem, attribute, key.data(), static_cast<std::uint32_t>(key.size()));
}

void mark_open_ended(nftnl_set_elem* elem) {
  Userdata userdata;
  append_u32(userdata, NFTNL_UDATA_SET_ELEM_FLAGS, NFTNL_SET_ELEM_F_INTERVAL_OPEN);
  nftnl_set_elem_set(elem, NFTNL_SET_ELEM_USERDATA, userdata.data(),
                     static_cast<std::uint32_t>(userdata.size()));
}

std::size_t attribute_size(std::size_t payload) { return MNL_ATTR_HDRLEN + MNL_ALIGN(payload); }

// An upper bound of what put() writes.
//
//     NFTA_LIST_ELEM {
//       NFTA_SET_ELEM_FLAGS u32                            ends of ranges
//       NFTA_SET_ELEM_KEY { NFTA_DATA_VALUE bytes }
//       NFTA_SET_ELEM_KEY_END { NFTA_DATA_VALUE bytes }    ranges in concatenations
//       NFTA_SET_ELEM_DATA { NFTA_DATA_VERDICT {           verdict maps
//         NFTA_VERDICT_CODE s32, NFTA_VERDICT_CHAIN name
//       } }
//       NFTA_SET_ELEM_USERDATA bytes                       ranges up to the largest value
//     }
//
std::size_t wire_bound(const Element& element) {
  const std::size_t key = attribute_size(attribute_size(ElementKey::kCapacity));
  const std::size_t data =
      attribute_size(attribute_size(attribute_size(4) + attribute_size(element.jump.size() + 1)));
  const std::size_t flags = attribute_size(4) + attribute_size(6);
  return 2 * (MNL_ATTR_HDRLEN + flags + key) + key + data;
}

// A list of elements, without any.
SetObject elements_of(const SetSpec& set) {
  SetObject list(allocated(nftnl_set_alloc()));
  nftnl_set_set_str(list.get(), NFTNL_SET_TABLE, kTableName);
  nftnl_set_set_str(list.get(), NFTNL_SET_NAME, local_name(set.name));
  return list;
}

class ElementWriter {
 public:
  ElementWriter(const SetSpec& set, std::uint16_t type, std::uint16_t flags, Batch& batch)
      : set_(set), type_(type), flags_(flags), batch_(batch) {}

  void put(const Element& element) {
    const std::size_t size = wire_bound(element);
    if (size_ + size > kMaxElementList) flush();
    size_ += size;
    if (!message_) start();
    if (has_ends(set_)) {
      put_ends(element);
    } else {
      put_one(element);
    }
  }

  void put_end(const ElementKey& key) {
    if (!message_) start();
    nftnl_set_elem_set_u32(make_elem(key), NFTNL_SET_ELEM_FLAGS, NFT_SET_ELEM_INTERVAL_END);
  }

  // NFT_MSG_NEWSETELEM, NFT_MSG_DELSETELEM
  //
  //     +-------------------------+---------------------------+------------------------------+
  //     | NFTA_SET_ELEM_LIST_SET  | NFTA_SET_ELEM_LIST_TABLE  | .._ELEMENTS { element... }   |
  //     +-------------------------+---------------------------+------------------------------+
  //
  void flush() {
    if (!message_) return;
    batch_.add(type_, flags_, [&](nlmsghdr* header) {
      nftnl_set_elems_nlmsg_build_payload(header, message_.get());
    });
    message_.reset();
    size_ = 0;
  }

 private:
  void start() { message_ = elements_of(set_); }

  nftnl_set_elem* make_elem(const ElementKey& key) {
    nftnl_set_elem* elem = allocated(nftnl_set_elem_alloc());
    set_key(elem, NFTNL_SET_ELEM_KEY, wire_key(set_, key));
    nftnl_set_elem_add(message_.get(), elem);
    return elem;
  }

  void put_ends(const Element& element) {
    nftnl_set_elem* elem = make_elem(element.key);
    if (const auto end = next(set_, element.last)) {
      put_end(*end);
    } else {
      mark_open_ended(elem);
    }
  }

  void put_one(const Element& element) {
    nftnl_set_elem* elem = make_elem(element.key);
    if (has_range_keys(set_)) set_key(elem, NFTNL_SET_ELEM_KEY_END, wire_key(set_, element.last));
    if (!set_.verdict_map || type_ == NFT_MSG_DELSETELEM) return;
    const int verdict = element.is_goto ? NFT_GOTO : NFT_JUMP;
    nftnl_set_elem_set_u32(elem, NFTNL_SET_ELEM_VERDICT, static_cast<std::uint32_t>(verdict));
    nftnl_set_elem_set_str(elem, NFTNL_SET_ELEM_CHAIN, local_name(element.jump));
  }

  const SetSpec& set_;
  std::uint16_t type_;
  std::uint16_t flags_;
  Batch& batch_;
  SetObject message_;
  std::size_t size_ = 0;
};

// The key's bytes in one element's attribute.
std::span<const std::uint8_t> key_in(const nlattr* element, const char* end) {
  const auto* attr = static_cast<const nlattr*>(mnl_attr_get_payload(element));
  for (; mnl_attr_ok(attr, static_cast<int>(end - reinterpret_cast<const char*>(attr)));
       attr = mnl_attr_next(attr)) {
    if (mnl_attr_get_type(attr) != NFTA_SET_ELEM_KEY) continue;
    const auto* value = static_cast<const nlattr*>(mnl_attr_get_payload(attr));
    return {static_cast<const std::uint8_t*>(mnl_attr_get_payload(value)),
            mnl_attr_get_payload_len(value)};
  }
  return {};
}

}  // namespace

void encode(const AddElements& add, Batch& batch) {
  ElementWriter writer(add.set, NFT_MSG_NEWSETELEM, NLM_F_CREATE | NLM_F_EXCL, batch);
  if (has_ends(add.set) && !add.elements.empty() && add.elements.front().key != smallest(add.set)) {
    writer.put_end(smallest(add.set));
  }
  for (const Element& element : add.elements) writer.put(element);
  writer.flush();
}

void encode(const DeleteElements& remove, Batch& batch) {
  ElementWriter writer(remove.set, NFT_MSG_DELSETELEM, 0, batch);
  for (const Element& element : remove.elements) writer.put(element);
  writer.flush();
}

// NFT_MSG_DELSETELEM: | NFTA_SET_ELEM_LIST_SET | NFTA_SET_ELEM_LIST_TABLE |; no elements means all
void encode(const FlushSet& flush, Batch& batch) {
  const SetObject set = elements_of(flush.set);
  batch.add(NFT_MSG_DELSETELEM, 0,
            [&](nlmsghdr* header) { nftnl_set_elems_nlmsg_build_payload(header, set.get()); });
}

std::span<const Element> find_element(const nlmsghdr* header, std::uint32_t offset,
                                      const SetSpec& set, std::span<const Element> elements) {
  if (offset < MNL_NLMSG_HDRLEN || offset + MNL_ATTR_HDRLEN > header->nlmsg_len) return {};
  const char* message = reinterpret_cast<const char*>(header);
  const char* end = message + header->nlmsg_len;
  const auto wire = key_in(reinterpret_cast<const nlattr*>(message + offset), end);
  const auto key = wire.empty() ? std::nullopt : parse_wire_key(set, wire);
  if (!key) return {};
  const auto found = std::find_if(elements.begin(), elements.end(), [&](const Element& element) {
    return element.key == *key || (has_ends(set) && next(set, element.last) == key);
  });
  if (found == elements.end()) return {};
  return elements.subspan(static_cast<std::size_t>(found - elements.begin()), 1);
}

}  // namespace portcullis::nl

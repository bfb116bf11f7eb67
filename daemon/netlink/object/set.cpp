#include "daemon/netlink/object/set.h"

#include <libnftnl/udata.h>

#include <string_view>

#include "daemon/netlink/object/key_type.h"
#include "daemon/netlink/object/libnftnl.h"
#include "daemon/netlink/object/required_attributes.h"
#include "daemon/netlink/object/userdata.h"

namespace portcullis::nl {
namespace {

constexpr std::uint32_t kVerdictType = 0xffffff00;  // NFT_DATA_VERDICT

// nft's enum byteorder, and its number for concatenations among typeof expressions.
constexpr std::uint32_t kInvalidByteorder = 0;
constexpr std::uint32_t kHostOrder = 1;
constexpr std::uint32_t kBigEndian = 2;
constexpr std::uint32_t kConcatenation = 13;

SetObject set_named(const std::string& name) {
  SetObject set(allocated(nftnl_set_alloc()));
  nftnl_set_set_str(set.get(), NFTNL_SET_TABLE, kTableName);
  nftnl_set_set_str(set.get(), NFTNL_SET_NAME, local_name(name));
  return set;
}

std::uint32_t byteorder_of(const std::vector<FieldType>& key) {
  if (key.size() != 1 || key.front() == FieldType::kInetProto) return kInvalidByteorder;
  const bool is_of_host = key.front() == FieldType::kIfname || key.front() == FieldType::kMark;
  return is_of_host ? kHostOrder : kBigEndian;
}

// What nft(8) needs to print the set:
//
//     KEYBYTEORDER u32 | DATABYTEORDER u32 | KEY_TYPEOF { 13, {} } | DATA_INTERVAL u32 | COMMENT
//                        maps                concatenations          maps
//
Userdata userdata_of(const SetSpec& set) {
  Userdata userdata;
  append_u32(userdata, NFTNL_UDATA_SET_KEYBYTEORDER, byteorder_of(set.key));
  if (set.verdict_map) append_u32(userdata, NFTNL_UDATA_SET_DATABYTEORDER, kInvalidByteorder);
  if (set.key.size() > 1) {
    Userdata type_of;
    append_u32(type_of, NFTNL_UDATA_SET_TYPEOF_EXPR, kConcatenation);
    append_field(type_of, NFTNL_UDATA_SET_TYPEOF_DATA, {});
    append_field(userdata, NFTNL_UDATA_SET_KEY_TYPEOF, type_of);
  }
  if (set.verdict_map) append_u32(userdata, NFTNL_UDATA_SET_DATA_INTERVAL, 0);
  append_comment(userdata, NFTNL_UDATA_SET_COMMENT, set.comment);
  return userdata;
}

void set_field_lengths(const SetSpec& spec, nftnl_set* set) {
  std::vector<std::uint8_t> lengths;
  for (const FieldType type : spec.key) lengths.push_back(static_cast<std::uint8_t>(size_of(type)));
  nftnl_set_set_data(set, NFTNL_SET_DESC_CONCAT, lengths.data(),
                     static_cast<std::uint32_t>(lengths.size()));
}

void set_type(const SetSpec& spec, nftnl_set* set) {
  nftnl_set_set_u32(set, NFTNL_SET_FLAGS, set_flags(spec));
  nftnl_set_set_u32(set, NFTNL_SET_KEY_TYPE, wire_type(spec.key));
  nftnl_set_set_u32(set, NFTNL_SET_KEY_LEN, static_cast<std::uint32_t>(wire_size(spec.key)));
  if (spec.verdict_map) {
    nftnl_set_set_u32(set, NFTNL_SET_DATA_TYPE, kVerdictType);
    nftnl_set_set_u32(set, NFTNL_SET_DATA_LEN, 0);
  }
  if (spec.interval && spec.key.size() > 1) set_field_lengths(spec, set);
}

std::uint32_t u32(const nftnl_set* set, std::uint16_t attribute) {
  return nftnl_set_is_set(set, attribute) ? nftnl_set_get_u32(set, attribute) : 0;
}

// A size, a timeout or an expression (such as a counter per element) changes what a set does.
bool has_foreign_attributes(const nftnl_set* set) {
  return u32(set, NFTNL_SET_DESC_SIZE) != 0 || nftnl_set_is_set(set, NFTNL_SET_TIMEOUT) ||
         nftnl_set_is_set(set, NFTNL_SET_OBJ_TYPE) || nftnl_set_is_set(set, NFTNL_SET_EXPR) ||
         nftnl_set_is_set(set, NFTNL_SET_EXPRESSIONS);
}

// True if `spec` describes the set completely: we would have made the same.
bool describes(const SetSpec& spec, const nftnl_set* set) {
  const std::uint32_t data_type = spec.verdict_map ? kVerdictType : 0;
  return !spec.key.empty() && set_flags(spec) == u32(set, NFTNL_SET_FLAGS) &&
         wire_size(spec.key) == u32(set, NFTNL_SET_KEY_LEN) &&
         data_type == u32(set, NFTNL_SET_DATA_TYPE) && !has_foreign_attributes(set);
}

SetSpec parse_spec(TableFamily family, const nftnl_set* set) {
  const std::uint32_t flags = u32(set, NFTNL_SET_FLAGS);
  SetSpec spec;
  spec.name = name_in(family, text_of(nftnl_set_get_str(set, NFTNL_SET_NAME)));
  spec.key = parse_wire_type(u32(set, NFTNL_SET_KEY_TYPE)).value_or(std::vector<FieldType>{});
  spec.interval = (flags & NFT_SET_INTERVAL) != 0;
  spec.verdict_map = (flags & NFT_SET_MAP) != 0;
  spec.comment = comment_of<nftnl_set_get_data>(set, NFTNL_SET_USERDATA, NFTNL_UDATA_SET_COMMENT);
  return spec;
}

}  // namespace

std::uint32_t set_flags(const SetSpec& set) {
  std::uint32_t flags = 0;
  if (set.interval) flags |= NFT_SET_INTERVAL;
  if (set.interval && set.key.size() > 1) flags |= NFT_SET_CONCAT;
  if (set.verdict_map) flags |= NFT_SET_MAP;
  return flags;
}

// NFT_MSG_NEWSET
//
//     +----------------+---------------+----------------+-------------------+------------------+
//     | NFTA_SET_TABLE | NFTA_SET_NAME | NFTA_SET_FLAGS | NFTA_SET_KEY_TYPE | NFTA_SET_KEY_LEN |
//     +----------------+---------------+----------------+-------------------+------------------+
//     +--------------------+-------------------+    +-------------+-------------------+
//     | NFTA_SET_DATA_TYPE | NFTA_SET_DATA_LEN |    | NFTA_SET_ID | NFTA_SET_USERDATA |
//     +--------------------+-------------------+    +-------------+-------------------+
//       verdict maps
//     +---------------------------------------------------------------------+
//     | NFTA_SET_DESC { NFTA_SET_DESC_CONCAT { { NFTA_SET_FIELD_LEN }... } } |
//     +---------------------------------------------------------------------+
//       ranges in concatenations (pipapo)
//
void encode(const AddSet& add, std::uint32_t id, Batch& batch) {
  const SetObject set = set_named(add.set.name);
  set_type(add.set, set.get());
  nftnl_set_set_u32(set.get(), NFTNL_SET_ID, id);
  set_userdata<nftnl_set_set_data>(set.get(), NFTNL_SET_USERDATA, userdata_of(add.set));
  batch.add(NFT_MSG_NEWSET, NLM_F_CREATE | NLM_F_EXCL,
            [&](nlmsghdr* header) { nftnl_set_nlmsg_build_payload(header, set.get()); });
}

// NFT_MSG_DELSET: | NFTA_SET_TABLE | NFTA_SET_NAME |
void encode(const DeleteSet& remove, Batch& batch) {
  const SetObject set = set_named(remove.name);
  batch.add(NFT_MSG_DELSET, 0,
            [&](nlmsghdr* header) { nftnl_set_nlmsg_build_payload(header, set.get()); });
}

std::optional<SetSpec> decode_set(const nlmsghdr* header) {
  const SetObject set(allocated(nftnl_set_alloc()));
  if (!has_required_attributes(header) || nftnl_set_nlmsg_parse(header, set.get()) < 0) return {};
  const bool ours = text_of(nftnl_set_get_str(set.get(), NFTNL_SET_TABLE)) == kTableName;
  const std::uint32_t flags = u32(set.get(), NFTNL_SET_FLAGS);
  if (!ours || (flags & NFT_SET_ANONYMOUS) != 0) return {};
  SetSpec spec = parse_spec(table_family(header), set.get());
  if (!describes(spec, set.get())) {
    mark_foreign(spec, "key type " + std::to_string(u32(set.get(), NFTNL_SET_KEY_TYPE)) +
                           ", flags " + std::to_string(flags));
  }
  return spec;
}

void mark_foreign(SetSpec& set, const std::string& why) {
  set.key.clear();
  set.comment = "foreign: " + why;
}

}  // namespace portcullis::nl

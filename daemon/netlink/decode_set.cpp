#include "daemon/netlink/decode_set.h"

#include <libnftnl/udata.h>

#include <string_view>

#include "daemon/netlink/encode_set.h"
#include "daemon/netlink/key_type.h"
#include "daemon/netlink/libnftnl.h"
#include "daemon/netlink/required_attributes.h"
#include "daemon/netlink/userdata.h"

namespace portcullis::nl {
namespace {

constexpr std::uint32_t kVerdictType = 0xffffff00;  // NFT_DATA_VERDICT

std::uint32_t u32(const nftnl_set* set, std::uint16_t attribute) {
  return nftnl_set_is_set(set, attribute) ? nftnl_set_get_u32(set, attribute) : 0;
}

std::string comment_of(const nftnl_set* set) {
  std::uint32_t size = 0;
  const void* data = nftnl_set_get_data(set, NFTNL_SET_USERDATA, &size);
  if (data == nullptr) return {};
  return find_comment({static_cast<const std::uint8_t*>(data), size}, NFTNL_UDATA_SET_COMMENT);
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

SetSpec parse_spec(const nftnl_set* set) {
  const std::uint32_t flags = u32(set, NFTNL_SET_FLAGS);
  SetSpec spec;
  spec.name = text_of(nftnl_set_get_str(set, NFTNL_SET_NAME));
  spec.key = parse_wire_type(u32(set, NFTNL_SET_KEY_TYPE)).value_or(std::vector<FieldType>{});
  spec.interval = (flags & NFT_SET_INTERVAL) != 0;
  spec.verdict_map = (flags & NFT_SET_MAP) != 0;
  spec.comment = comment_of(set);
  return spec;
}

}  // namespace

std::optional<SetSpec> decode_set(const nlmsghdr* header) {
  const SetObject set(allocated(nftnl_set_alloc()));
  if (!has_required_attributes(header) || nftnl_set_nlmsg_parse(header, set.get()) < 0) return {};
  const bool ours = text_of(nftnl_set_get_str(set.get(), NFTNL_SET_TABLE)) == kTableName;
  const std::uint32_t flags = u32(set.get(), NFTNL_SET_FLAGS);
  if (!ours || (flags & NFT_SET_ANONYMOUS) != 0) return {};
  SetSpec spec = parse_spec(set.get());
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

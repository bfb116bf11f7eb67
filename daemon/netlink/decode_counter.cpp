#include "daemon/netlink/decode_counter.h"

#include <libnftnl/udata.h>

#include <string_view>

#include "daemon/netlink/libnftnl.h"
#include "daemon/netlink/userdata.h"

namespace portcullis::nl {
namespace {

std::string comment_of(nftnl_obj* counter) {
  std::uint32_t size = 0;
  const void* data = nftnl_obj_get_data(counter, NFTNL_OBJ_USERDATA, &size);
  if (data == nullptr) return {};
  return find_comment({static_cast<const std::uint8_t*>(data), size}, NFTNL_UDATA_OBJ_COMMENT);
}

}  // namespace

std::optional<CounterValue> decode_counter(const nlmsghdr* header) {
  const CounterObject counter(allocated(nftnl_obj_alloc()));
  if (nftnl_obj_nlmsg_parse(header, counter.get()) < 0) return {};
  const auto table = text_of(nftnl_obj_get_str(counter.get(), NFTNL_OBJ_TABLE));
  if (table != kTableName ||
      nftnl_obj_get_u32(counter.get(), NFTNL_OBJ_TYPE) != NFT_OBJECT_COUNTER) {
    return {};
  }
  const auto name = text_of(nftnl_obj_get_str(counter.get(), NFTNL_OBJ_NAME));
  return CounterValue{{std::string(name), comment_of(counter.get())},
                      nftnl_obj_get_u64(counter.get(), NFTNL_OBJ_CTR_PKTS),
                      nftnl_obj_get_u64(counter.get(), NFTNL_OBJ_CTR_BYTES)};
}

}  // namespace portcullis::nl

#include "daemon/netlink/object/counter.h"

#include <libnftnl/udata.h>

#include <string_view>

#include "daemon/netlink/object/libnftnl.h"
#include "daemon/netlink/object/userdata.h"

namespace portcullis::nl {
namespace {

CounterObject counter_named(const std::string& name) {
  CounterObject counter(allocated(nftnl_obj_alloc()));
  nftnl_obj_set_str(counter.get(), NFTNL_OBJ_TABLE, kTableName);
  nftnl_obj_set_str(counter.get(), NFTNL_OBJ_NAME, local_name(name));
  nftnl_obj_set_u32(counter.get(), NFTNL_OBJ_TYPE, NFT_OBJECT_COUNTER);
  return counter;
}

}  // namespace

// NFT_MSG_NEWOBJ
//
//     +----------------+---------------+---------------+-----------------------+-------------------+
//     | NFTA_OBJ_TABLE | NFTA_OBJ_NAME | NFTA_OBJ_TYPE | NFTA_OBJ_DATA { } | NFTA_OBJ_USERDATA |
//     +----------------+---------------+---------------+-----------------------+-------------------+
//
// whose values start at zero.
void encode(const AddCounter& add, Batch& batch) {
  const CounterObject counter = counter_named(add.counter.name);
  Userdata userdata;
  append_comment(userdata, NFTNL_UDATA_OBJ_COMMENT, add.counter.comment);
  set_userdata<nftnl_obj_set_data>(counter.get(), NFTNL_OBJ_USERDATA, userdata);
  batch.add(NFT_MSG_NEWOBJ, NLM_F_CREATE | NLM_F_EXCL,
            [&](nlmsghdr* header) { nftnl_obj_nlmsg_build_payload(header, counter.get()); });
}

// NFT_MSG_DELOBJ: | NFTA_OBJ_TABLE | NFTA_OBJ_NAME | NFTA_OBJ_TYPE |
void encode(const DeleteCounter& remove, Batch& batch) {
  const CounterObject counter = counter_named(remove.name);
  batch.add(NFT_MSG_DELOBJ, 0,
            [&](nlmsghdr* header) { nftnl_obj_nlmsg_build_payload(header, counter.get()); });
}

std::optional<CounterValue> decode_counter(const nlmsghdr* header) {
  const CounterObject counter(allocated(nftnl_obj_alloc()));
  if (nftnl_obj_nlmsg_parse(header, counter.get()) < 0) return {};
  const auto table = text_of(nftnl_obj_get_str(counter.get(), NFTNL_OBJ_TABLE));
  if (table != kTableName ||
      nftnl_obj_get_u32(counter.get(), NFTNL_OBJ_TYPE) != NFT_OBJECT_COUNTER) {
    return {};
  }
  auto name =
      name_in(table_family(header), text_of(nftnl_obj_get_str(counter.get(), NFTNL_OBJ_NAME)));
  return CounterValue{
      {std::string(name),
       comment_of<nftnl_obj_get_data>(counter.get(), NFTNL_OBJ_USERDATA, NFTNL_UDATA_OBJ_COMMENT)},
      nftnl_obj_get_u64(counter.get(), NFTNL_OBJ_CTR_PKTS),
      nftnl_obj_get_u64(counter.get(), NFTNL_OBJ_CTR_BYTES)};
}

}  // namespace portcullis::nl

#include "daemon/netlink/table/ownership.h"

#include <algorithm>

#include "daemon/netlink/object/batch.h"

namespace portcullis::nl {
namespace {

constexpr const char* kProbe = "portcullis-probe";

void add_table(Batch& batch, std::uint16_t type, std::uint16_t flags, const nftnl_table* table) {
  batch.add(type, flags, [&](nlmsghdr* header) { nftnl_table_nlmsg_build_payload(header, table); });
}

}  // namespace

bool can_own(Socket& socket) {
  const TableObject table(allocated(nftnl_table_alloc()));
  nftnl_table_set_str(table.get(), NFTNL_TABLE_NAME, kProbe);
  Batch batch(socket.next_sequence());
  batch.start_operation(TableFamily::kInet, 0);
  add_table(batch, NFT_MSG_DELTABLE, 0, table.get());  // which is not there
  batch.start_operation(TableFamily::kInet, 1);
  nftnl_table_set_u32(table.get(), NFTNL_TABLE_FLAGS, kOwnedTable);
  add_table(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE, table.get());
  batch.finish();
  socket.set_next_sequence(batch.end_sequence());
  const auto answers = socket.exchange(batch.bytes(), batch.size());
  if (!answers) return false;
  const auto last = batch.last_operation_sequence();
  return std::any_of(answers->begin(), answers->end(), [&](const Answer& answer) {
    return answer.sequence == last && answer.error == 0;
  });
}

TableOwner owner_of(const nftnl_table* table, std::uint32_t port) {
  const auto flags = nftnl_table_get_u32(table, NFTNL_TABLE_FLAGS);
  if ((flags & NFT_TABLE_F_OWNER) == 0) {
    return (flags & kPersist) != 0 ? TableOwner::kOrphan : TableOwner::kShared;
  }
  return nftnl_table_get_u32(table, NFTNL_TABLE_OWNER) == port ? TableOwner::kUs
                                                               : TableOwner::kOther;
}

}  // namespace portcullis::nl

#pragma once

#include <cstdint>

#include "compiler/base/result.h"
#include "compiler/ruleset/transaction.h"
#include "daemon/netlink/wire/socket.h"

namespace portcullis::nl {

// Transaction -> Batch -> sendmsg() -> Answers. See KernelTable::commit().
[[nodiscard]] Result<void> commit(Socket& socket, const Transaction& transaction,
                                  std::uint32_t table_flags);

// See Kernel::rehearse().
[[nodiscard]] Result<void> rehearse(Socket& socket, Transaction transaction,
                                    std::uint32_t table_flags);

}  // namespace portcullis::nl

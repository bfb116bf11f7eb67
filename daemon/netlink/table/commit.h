#pragma once

#include <cstdint>

#include "compiler/base/result.h"
#include "compiler/ruleset/delta.h"
#include "daemon/netlink/wire/socket.h"

namespace portcullis::nl {

// Delta -> Batch -> sendmsg() -> Answers. See KernelTable::commit().
[[nodiscard]] Result<void> commit(Socket& socket, const Delta& delta, std::uint32_t table_flags);

// See Kernel::rehearse().
[[nodiscard]] Result<void> rehearse(Socket& socket, Delta delta, std::uint32_t table_flags);

}  // namespace portcullis::nl

#pragma once

#include <cstdint>
#include <vector>

#include "compiler/base/result.h"
#include "daemon/netlink/table/kernel_table.h"
#include "daemon/netlink/wire/socket.h"

namespace portcullis::nl {

// The generation of the current ruleset; every commit by anyone makes a new one.
[[nodiscard]] Result<std::uint32_t> read_generation(Socket& socket);

// See KernelTable::dump_once() and KernelTable::counters().
[[nodiscard]] Result<Snapshot> dump(Socket& socket);
[[nodiscard]] Result<std::vector<CounterValue>> read_counters(Socket& socket);

}  // namespace portcullis::nl

#pragma once

#include <vector>

#include "compiler/base/result.h"
#include "compiler/ruleset/delta.h"
#include "daemon/netlink/table/kernel_table.h"

// What a dump says is to be done. Each table is a task of its own, so that one that the kernel does
// not have, or that belongs to somebody else, does not hold up the other.
namespace portcullis {

struct TableTask {
  TableFamily table = TableFamily::kInet;
  Ruleset desired{};  // of this table
  Delta delta{};      // what makes this table hold that
  // kPermission: the table belongs to another process, so nothing can be done.
  Result<void> possible{};
};

// A task for each of our tables, which may be empty. `owns`: as of KernelTable. A table that
// anybody may change is then replaced, and without it one that is owned is.
std::vector<TableTask> tasks(nl::Snapshot snapshot, Ruleset desired, bool owns);

// Makes us the owner of the tables whose owner has gone; empty if there are none.
Delta takeover(const nl::Snapshot& snapshot);

}  // namespace portcullis

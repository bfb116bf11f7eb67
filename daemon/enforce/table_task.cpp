#include "daemon/enforce/table_task.h"

#include <utility>

#include "compiler/ruleset/diff.h"
#include "daemon/netlink/table/process_of_port.h"

namespace portcullis {
namespace {

Result<void> check_owner(const nl::Snapshot& snapshot, TableFamily family) {
  const auto* table = snapshot.find(family);
  if (table == nullptr || table->owner != nl::TableOwner::kOther) return {};
  return failure(ErrorCode::kPermission,
                 "table " + table_text(family) + " belongs to another process, " +
                     nl::process_of_port(table->owner_port) + ": stop that one");
}

Delta difference(const Ruleset& held, const Ruleset& desired, TableFamily family,
                 nl::TableOwner owner, bool owns) {
  const auto fitting = owns ? nl::TableOwner::kUs : nl::TableOwner::kShared;
  if (owner == fitting || owner == nl::TableOwner::kNone) return diff(held, desired);
  return replacement(desired, {family});
}

}  // namespace

std::vector<TableTask> tasks(nl::Snapshot snapshot, Ruleset desired, bool owns) {
  std::vector<TableTask> tasks;
  for (const auto family : kTableFamilies) {
    auto& task = tasks.emplace_back();
    task.table = family;
    task.possible = check_owner(snapshot, family);
    task.desired = take_table(desired, family);
    const auto held = take_table(snapshot.ruleset, family);
    task.delta = difference(held, task.desired, family, snapshot.owner_of(family), owns);
  }
  return tasks;
}

Delta takeover(const nl::Snapshot& snapshot) {
  Delta delta;
  for (const auto& table : snapshot.tables) {
    if (table.owner != nl::TableOwner::kOrphan) continue;
    delta.change_of(table.family) = TableChange::kAdd;
  }
  return delta;
}

}  // namespace portcullis

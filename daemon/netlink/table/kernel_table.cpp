#include "daemon/netlink/table/kernel_table.h"

#include <algorithm>

namespace portcullis::nl {

std::vector<TableFamily> Snapshot::families() const {
  std::vector<TableFamily> families;
  families.reserve(tables.size());
  for (const auto& table : tables) families.push_back(table.family);
  return families;
}

const ExistingTable* Snapshot::find(TableFamily family) const {
  const auto found = std::ranges::find(tables, family, &ExistingTable::family);
  return found == tables.end() ? nullptr : &*found;
}

TableOwner Snapshot::owner_of(TableFamily family) const {
  const auto* table = find(family);
  return table == nullptr ? TableOwner::kNone : table->owner;
}

}  // namespace portcullis::nl

#include "daemon/netlink/table/kernel_table.h"

namespace portcullis::nl {

std::vector<TableFamily> Snapshot::families() const {
  std::vector<TableFamily> families;
  families.reserve(tables.size());
  for (const auto& table : tables) families.push_back(table.family);
  return families;
}

TableOwner Snapshot::owner_of(TableFamily family) const {
  for (const auto& table : tables) {
    if (table.family == family) return table.owner;
  }
  return TableOwner::kNone;
}

}  // namespace portcullis::nl

#include "daemon/command/our_tables.h"

#include "daemon/netlink/table/process_of_port.h"

namespace portcullis {

std::string table_texts(const std::vector<TableFamily>& families) {
  std::string text;
  for (const auto family : families) {
    text += (text.empty() ? "table " : " and table ") + table_text(family);
  }
  return text;
}

Result<void> check_owner(const nl::ExistingTable& table) {
  if (table.owner != nl::TableOwner::kOther) return {};
  return failure(ErrorCode::kPermission, "table " + table_text(table.family) + " belongs to " +
                                             nl::process_of_port(table.owner_port) +
                                             ": stop it first");
}

std::vector<TableFamily> free_tables(const nl::Snapshot& snapshot) {
  std::vector<TableFamily> families;
  for (const auto& table : snapshot.tables) {
    if (table.owner != nl::TableOwner::kOther) families.push_back(table.family);
  }
  return families;
}

}  // namespace portcullis

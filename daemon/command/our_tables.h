#pragma once

#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "daemon/netlink/table/kernel_table.h"

// Our tables, as the commands speak of them.
namespace portcullis {

// "table inet portcullis and table bridge portcullis"
std::string table_texts(const std::vector<TableFamily>& families);

// kPermission: it belongs to another process, which is named.
[[nodiscard]] Result<void> check_owner(const nl::ExistingTable& table);

// Those of the tables that do not belong to another process.
std::vector<TableFamily> free_tables(const nl::Snapshot& snapshot);

}  // namespace portcullis

#include "daemon/boot/table_saver.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "daemon/boot/boot_snapshot.h"
#include "daemon/netlink/table/kernel.h"

namespace portcullis {
namespace {

// Without the table of bridges if somebody else owns it.
Ruleset ours(nl::Snapshot snapshot) {
  const auto& tables = snapshot.tables;
  const bool is_ours = std::ranges::all_of(tables, [&](const nl::ExistingTable& table) {
    return table.owner == tables.front().owner && table.owner_port == tables.front().owner_port;
  });
  if (!is_ours) take_table(snapshot.ruleset, TableFamily::kBridge);
  return std::move(snapshot.ruleset);
}

}  // namespace

BootSnapshotWriter::Save save_table_to(std::filesystem::path file, std::string node_name) {
  return [kernel = std::shared_ptr<nl::Kernel>(), file = std::move(file),
          node_name = std::move(node_name)]() mutable -> Result<void> {
    if (!kernel) {
      auto opened = nl::Kernel::open();
      if (!opened) return tl::unexpected(opened.error());
      kernel = std::make_shared<nl::Kernel>(std::move(*opened));
    }
    return kernel->dump().and_then([&](nl::Snapshot snapshot) {
      return save_boot_snapshot(file, ours(std::move(snapshot)), node_name);
    });
  };
}

}  // namespace portcullis

#include "daemon/boot/table_saver.h"

#include <memory>
#include <utility>

#include "daemon/boot/boot_snapshot.h"
#include "daemon/netlink/table/kernel.h"

namespace portcullis {

BootSnapshotWriter::Save save_table_to(std::filesystem::path file, std::string node_name) {
  return [kernel = std::shared_ptr<nl::Kernel>(), file = std::move(file),
          node_name = std::move(node_name)]() mutable -> Result<void> {
    if (!kernel) {
      auto opened = nl::Kernel::open();
      if (!opened) return tl::unexpected(opened.error());
      kernel = std::make_shared<nl::Kernel>(std::move(*opened));
    }
    return kernel->dump().and_then([&](const nl::Snapshot& snapshot) {
      return save_boot_snapshot(file, snapshot.ruleset, node_name);
    });
  };
}

}  // namespace portcullis

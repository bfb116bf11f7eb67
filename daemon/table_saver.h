#pragma once

#include <filesystem>
#include <string>

#include "daemon/boot_snapshot_writer.h"

namespace portcullis {

// Saves the kernel's table as the boot snapshot of the node. It opens the kernel when it is first
// called, in that thread's network namespace, and again after a failure to.
BootSnapshotWriter::Save save_table_to(std::filesystem::path file, std::string node_name);

}  // namespace portcullis

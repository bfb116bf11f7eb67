#pragma once

#include <filesystem>
#include <string>

#include "daemon/boot/boot_snapshot_writer.h"

namespace portcullis {

// Saves the kernel's table as the node's boot snapshot. Opens the kernel at the first call, in that
// thread's network namespace, and again after a failure.
BootSnapshotWriter::Save save_table_to(std::filesystem::path file, std::string node_name);

}  // namespace portcullis

#pragma once

#include <sys/types.h>

#include <filesystem>

#include "compiler/base/result.h"

namespace portcullis {

// Ensures that the directory of `file` exists. One named portcullis is ours (/run/portcullis,
// /var/lib/portcullis) and is created with `mode`, but not its parent. Any other belongs to whoever
// named it: kNotFound if it is missing. Messages do not name the file.
[[nodiscard]] Result<void> ensure_own_directory(const std::filesystem::path& file, mode_t mode);

}  // namespace portcullis

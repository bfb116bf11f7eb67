#pragma once

#include <sys/types.h>

#include <filesystem>

#include "compiler/result.h"

namespace portcullis {

// Sees to it that the directory of `file` is there. One that is called portcullis is ours
// (/run/portcullis, /var/lib/portcullis) and is made, with `mode`, but not the one above it. Any
// other belongs to whoever named it: kNotFound says that it is missing. Messages are without the
// file.
[[nodiscard]] Result<void> ensure_own_directory(const std::filesystem::path& file, mode_t mode);

}  // namespace portcullis

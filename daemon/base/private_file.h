#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "compiler/base/result.h"

// Files that only this process's user can read or write. Messages do not name the path.
namespace portcullis {

// The whole file. kNotFound: it does not exist. kPermission: it belongs to another user, others can
// read or write it, or it is a symbolic link or not a regular file. kIo.
[[nodiscard]] Result<std::string> read_private_file(const std::filesystem::path& path);

// Atomic: whatever happens, including a power failure, the file is entirely the old or the new one.
// Creates its directory as ensure_own_directory() does (mode 0700). Uses the name "<path>.new"; not
// for two processes at once. On failure it is usually the old one; kNotFound: the directory is
// missing; kPermission, kIo.
[[nodiscard]] Result<void> replace_private_file(const std::filesystem::path& path,
                                                std::string_view content);

}  // namespace portcullis

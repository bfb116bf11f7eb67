#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "compiler/result.h"

// Files that nobody but this process's user can read or write. Messages are without the path.
namespace portcullis {

// The whole of it. kNotFound: there is none. kPermission: it belongs to another user, or others
// could read or write it, or it is a symbolic link or another thing than a file. kIo.
[[nodiscard]] Result<std::string> read_private_file(const std::filesystem::path& path);

// Whatever happens, the power going off included, the file is the old one or the new one, whole.
// Makes its directory as ensure_own_directory() does (mode 0700). Uses the name "<path>.new"; not
// for two processes at once. On failure it is the old one, mostly; kNotFound: the directory is
// missing; kPermission, kIo.
[[nodiscard]] Result<void> replace_private_file(const std::filesystem::path& path,
                                                std::string_view content);

}  // namespace portcullis

#include "daemon/base/own_directory.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace portcullis {

Result<void> ensure_own_directory(const std::filesystem::path& file, mode_t mode) {
  const auto directory = file.parent_path();
  struct stat status {};
  if (directory.empty() || ::stat(directory.c_str(), &status) == 0) return {};
  int error = errno;
  if (error == ENOENT && directory.filename() == "portcullis") {
    if (::mkdir(directory.c_str(), mode) == 0 || errno == EEXIST) return {};
    error = errno;
  }
  const bool is_missing = error == ENOENT;
  const auto code = is_missing                          ? ErrorCode::kNotFound
                    : error == EACCES || error == EPERM ? ErrorCode::kPermission
                                                        : ErrorCode::kIo;
  return failure(code, "its directory " + directory.string() +
                           (is_missing ? std::string(" does not exist: make it, or name another")
                                       : std::string(": ") + std::strerror(error)));
}

}  // namespace portcullis

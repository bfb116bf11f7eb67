#include "k8s-client/access/text_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace portcullis::k8s {
namespace {

ErrorCode code_of(int error) {
  if (error == ENOENT || error == ENOTDIR) return ErrorCode::kNotFound;
  return error == EACCES || error == EPERM ? ErrorCode::kPermission : ErrorCode::kIo;
}

}  // namespace

Result<std::string> read_text_file(const std::filesystem::path& file, std::string_view what) {
  std::error_code ignored;
  const bool is_directory = std::filesystem::is_directory(file, ignored);
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (in && !is_directory) text << in.rdbuf();
  if (in && !in.bad() && !is_directory) return text.str();
  const int error = is_directory ? EISDIR : errno != 0 ? errno : EIO;
  return failure(code_of(error), "cannot read " + std::string(what) + ' ' + file.string() + ": " +
                                     std::strerror(error));
}

Result<std::string> read_secret(const Secret& secret, std::string_view what) {
  if (secret.file.empty()) return secret.value;
  auto text = read_text_file(secret.file, what);
  if (!text && !secret.value.empty()) return secret.value;
  return text;
}

}  // namespace portcullis::k8s

#include "daemon/base/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "daemon/base/own_directory.h"

namespace portcullis {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }

  int fd() const { return fd_; }

  // Some file systems report a failed write only then.
  bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

ErrorCode code_of(int error) {
  if (error == ENOENT) return ErrorCode::kNotFound;
  return error == EACCES || error == EPERM || error == ELOOP ? ErrorCode::kPermission
                                                             : ErrorCode::kIo;
}

tl::unexpected<Error> system_failure(const std::string& what) {
  const int error = errno;
  return failure(code_of(error), what + ": " + std::strerror(error));
}

Result<void> check_private(const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return failure(ErrorCode::kPermission, "it is not a regular file");
  if (status.st_uid != ::geteuid()) {
    return failure(ErrorCode::kPermission, "it belongs to user " + std::to_string(status.st_uid));
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return failure(ErrorCode::kPermission, "users other than its owner can read or write it");
  }
  return {};
}

Result<std::string> read_all(int fd, std::size_t expected_size) {
  std::string content;
  for (std::size_t size = 0;;) {
    content.resize(std::max(size, expected_size) + 1);
    const auto count = ::read(fd, content.data() + size, content.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure("it cannot be read");
    size += static_cast<std::size_t>(count);
    content.resize(size);
    if (count == 0) return content;
  }
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const auto count = ::write(fd, content.data(), content.size());
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) content.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// Removes leftovers of an earlier process: the new file must be created by us.
Result<void> write_new(const std::string& path, std::string_view content) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return system_failure("cannot remove " + path);
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  Descriptor file(::open(path.c_str(), kFlags, S_IRUSR | S_IWUSR));
  if (file.fd() < 0) return system_failure("cannot make " + path);
  if (write_all(file.fd(), content) && ::fsync(file.fd()) == 0 && file.close()) return {};
  const auto failed = system_failure("cannot write " + path);
  ::unlink(path.c_str());
  return failed;
}

}  // namespace

Result<std::string> read_private_file(const std::filesystem::path& path) {
  // Opening a pipe would block until somebody writes.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.fd() < 0 && errno == ELOOP) {
    return failure(ErrorCode::kPermission, "it is a symbolic link");
  }
  struct stat status {};
  if (file.fd() < 0 || ::fstat(file.fd(), &status) != 0) {
    return system_failure("it cannot be opened");
  }
  return check_private(status).and_then(
      [&] { return read_all(file.fd(), static_cast<std::size_t>(status.st_size)); });
}

Result<void> replace_private_file(const std::filesystem::path& path, std::string_view content) {
  const auto directory = path.has_parent_path() ? path.parent_path() : ".";
  if (auto is_there = ensure_own_directory(path, S_IRWXU); !is_there) return is_there;
  const Descriptor parent(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.fd() < 0) return system_failure("cannot open its directory");
  const std::string fresh = path.string() + ".new";
  if (auto written = write_new(fresh, content); !written) return written;
  if (::rename(fresh.c_str(), path.c_str()) != 0) return system_failure("cannot rename " + fresh);
  if (::fsync(parent.fd()) != 0) return system_failure("cannot sync its directory");
  return {};
}

}  // namespace portcullis

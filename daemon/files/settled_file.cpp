#include "daemon/files/settled_file.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace portcullis {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{256} << 20;
constexpr std::chrono::milliseconds kClockGranularity{100};
constexpr std::chrono::milliseconds kRest{200};
constexpr std::chrono::minutes kMaxClockSkew{1};

class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::chrono::nanoseconds nanoseconds_of(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

FileStamp to_stamp(const struct stat& status) {
  return {status.st_dev, status.st_ino, status.st_size, nanoseconds_of(status.st_mtim),
          nanoseconds_of(status.st_ctim)};
}

tl::unexpected<Error> system_failure(const char* what) {
  const int error = errno;
  return failure(ErrorCode::kIo, std::string(what) + ": " + std::strerror(error));
}

tl::unexpected<Error> too_large() {
  return failure(ErrorCode::kInvalidInput, "is larger than 256 MiB; split it");
}

Result<std::string> read_all(int fd, std::size_t expected_size) {
  std::string text;
  std::size_t size = 0;
  while (size <= kMaxFileBytes) {
    text.resize(std::max(size + 65536, expected_size + 1));
    const auto count = ::read(fd, text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure("cannot be read");
    if (count == 0) {
      text.resize(size);
      return text;
    }
    size += static_cast<std::size_t>(count);
  }
  return too_large();
}

// Reading such a pseudo-file may block for ever or take any time.
bool is_of_the_kernel(int fd) {
  struct statfs status {};
  if (::fstatfs(fd, &status) != 0) return false;
  const auto type = static_cast<unsigned long>(status.f_type);
  return type == PROC_SUPER_MAGIC || type == SYSFS_MAGIC || type == DEBUGFS_MAGIC ||
         type == TRACEFS_MAGIC;
}

enum class Writer : std::uint8_t { kNone, kSome, kUnknown };

// A read lease is granted only if nobody has the file open for writing. Without leases (some file
// systems; other users' files without CAP_LEASE) we cannot know. A writer that opens the file while
// we hold the lease waits for us, and the kernel sends us SIGURG, which has no effect.
Writer find_writer(int fd) {
  if (::fcntl(fd, F_SETSIG, SIGURG) != 0) return Writer::kUnknown;
  if (::fcntl(fd, F_SETLEASE, F_RDLCK) != 0) {
    return errno == EAGAIN ? Writer::kSome : Writer::kUnknown;
  }
  ::fcntl(fd, F_SETLEASE, F_UNLCK);
  return Writer::kNone;
}

bool is_settled(int fd, const FileStamp& stamp) {
  const auto writer = find_writer(fd);
  if (writer != Writer::kUnknown) return writer == Writer::kNone;
  return stamp.is_at_rest(std::chrono::system_clock::now().time_since_epoch());
}

}  // namespace

bool FileStamp::is_conclusive(std::chrono::nanoseconds now) const {
  return std::max(modified, changed) + kClockGranularity < now;
}

bool FileStamp::is_at_rest(std::chrono::nanoseconds now) const {
  return changed + kRest <= now || changed > now + kMaxClockSkew;
}

std::optional<FileStamp> stamp_of(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return to_stamp(status);
}

Result<std::string> read_settled(const std::filesystem::path& path) {
  const OpenFile file(path);
  struct stat before {};
  if (file.fd() < 0 || ::fstat(file.fd(), &before) != 0) return system_failure("cannot be opened");
  if (is_of_the_kernel(file.fd())) {
    return failure(ErrorCode::kInvalidInput, "is a pseudo-file of the kernel, not a manifest");
  }
  if (before.st_size > static_cast<off_t>(kMaxFileBytes)) return too_large();
  auto text = read_all(file.fd(), static_cast<std::size_t>(before.st_size));
  if (!text || !S_ISREG(before.st_mode)) return text;
  struct stat after {};
  if (::fstat(file.fd(), &after) != 0) return system_failure("cannot be read");
  if (to_stamp(before) != to_stamp(after) || !is_settled(file.fd(), to_stamp(after))) {
    return failure(ErrorCode::kInterrupted,
                   "is being written; it is read when the writer has closed it");
  }
  return text;
}

}  // namespace portcullis

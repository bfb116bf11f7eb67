#include "daemon/host/instance_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "daemon/host/network_namespace.h"

namespace portcullis {
namespace {

tl::unexpected<Error> cannot_tell(ErrorCode code, const std::filesystem::path& path,
                                  const std::string& why) {
  return failure(
      code, "cannot make sure that no other portcullis is running: " + path.string() + ": " + why);
}

tl::unexpected<Error> system_failure(const std::filesystem::path& path) {
  const int error = errno;
  const bool refused = error == EACCES || error == EPERM || error == ELOOP;
  return cannot_tell(refused ? ErrorCode::kPermission : ErrorCode::kIo, path, std::strerror(error));
}

bool is_ours_alone(const struct stat& status) {
  const bool is_ours = status.st_uid == 0 || status.st_uid == ::geteuid();
  return is_ours && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

Result<void> prepare(const std::filesystem::path& directory) {
  struct stat status {};
  if (::mkdir(directory.c_str(), 0755) != 0 && errno != EEXIST) return system_failure(directory);
  if (::stat(directory.c_str(), &status) != 0) return system_failure(directory);
  if (is_ours_alone(status)) return {};
  return cannot_tell(ErrorCode::kPermission, directory,
                     "users other than root can write to it: chown it to root, and chmod go-w");
}

// Releasing the lock removes the file, so the locked file may no longer have that name.
bool is_at(const std::filesystem::path& path, const struct stat& opened) {
  struct stat there {};
  return ::lstat(path.c_str(), &there) == 0 && there.st_dev == opened.st_dev &&
         there.st_ino == opened.st_ino;
}

}  // namespace

Result<InstanceLock> InstanceLock::take(const std::filesystem::path& directory) {
  const auto network = network_namespace_id();
  if (!network) return cannot_tell(ErrorCode::kIo, "/proc/thread-self/ns/net", "is not there");
  if (auto prepared = prepare(directory); !prepared) return tl::unexpected(prepared.error());
  const auto file = directory / ("netns-" + *network + ".lock");
  while (true) {
    InstanceLock lock(file, ::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    struct stat opened {};
    if (lock.fd_ < 0 || ::fstat(lock.fd_, &opened) != 0) return system_failure(file);
    const bool locked = ::flock(lock.fd_, LOCK_EX | LOCK_NB) == 0;
    const int error = errno;
    if (locked && is_at(file, opened)) {
      const bool is_private = is_ours_alone(opened) && (opened.st_mode & 077) == 0;
      if (is_private) return lock;
      continue;  // anyone who can read it can lock it: recreate it
    }
    ::close(std::exchange(lock.fd_, -1));
    if (locked) continue;
    if (error == EWOULDBLOCK) {
      return failure(ErrorCode::kConflict,
                     "another portcullis already enforces in this network namespace (it holds " +
                         file.string() + "); stop it first");
    }
    errno = error;
    return system_failure(file);
  }
}

InstanceLock::InstanceLock(std::filesystem::path file, int fd) : file_(std::move(file)), fd_(fd) {}

InstanceLock::InstanceLock(InstanceLock&& other) noexcept
    : file_(std::move(other.file_)), fd_(std::exchange(other.fd_, -1)) {}

InstanceLock::~InstanceLock() {
  if (fd_ < 0) return;
  ::unlink(file_.c_str());
  ::close(fd_);
}

}  // namespace portcullis

#include "daemon/instance_lock.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace portcullis {
namespace {

constexpr std::string_view kName("\0portcullis/table", 17);  // abstract: of this namespace

}  // namespace

Result<InstanceLock> InstanceLock::take() {
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, kName.data(), kName.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + kName.size());
  InstanceLock lock(fd);
  if (fd >= 0 && bind(fd, reinterpret_cast<const sockaddr*>(&name), size) == 0) return lock;
  if (errno == EADDRINUSE) {
    return failure(ErrorCode::kConflict,
                   "another portcullis already enforces in this network namespace; stop it first");
  }
  return failure(ErrorCode::kIo, std::string("cannot make sure that no other portcullis runs: ") +
                                     std::strerror(errno));
}

InstanceLock::InstanceLock(InstanceLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

InstanceLock::~InstanceLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace portcullis

#include "tests/support/netns/network_namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

namespace portcullis::test {

Result<NetworkNamespace> NetworkNamespace::create() {
  int fd = -1;
  int error = 0;
  std::thread([&] {
    if (unshare(CLONE_NEWNET) == 0) fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (fd < 0) error = errno;
  }).join();
  if (fd >= 0) return NetworkNamespace(fd);
  return failure(error == EPERM ? ErrorCode::kPermission : ErrorCode::kIo,
                 std::string("cannot make a network namespace: ") + std::strerror(error) +
                     (error == EPERM ? " (run as root: CAP_SYS_ADMIN and CAP_NET_ADMIN)" : ""));
}

NetworkNamespace::NetworkNamespace(NetworkNamespace&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)) {}

NetworkNamespace& NetworkNamespace::operator=(NetworkNamespace&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

NetworkNamespace::~NetworkNamespace() {
  if (fd_ >= 0) close(fd_);
}

Result<NetworkNamespace> NetworkNamespace::another_handle() const {
  const int fd = fcntl(fd_, F_DUPFD_CLOEXEC, 0);
  if (fd >= 0) return NetworkNamespace(fd);
  return failure(ErrorCode::kIo,
                 std::string("cannot share a network namespace: ") + std::strerror(errno));
}

std::string NetworkNamespace::path() const {
  return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(fd_);
}

void NetworkNamespace::run(const std::function<void()>& work) const {
  std::thread([&] {
    if (setns(fd_, CLONE_NEWNET) != 0) {
      std::perror("setns");
      std::abort();
    }
    work();
  }).join();
}

}  // namespace portcullis::test

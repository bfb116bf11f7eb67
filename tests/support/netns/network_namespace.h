#pragma once

#include <functional>
#include <string>

#include "compiler/base/result.h"

namespace portcullis::test {

// An unnamed network namespace: it lives as long as this object or a process inside it, so nothing
// is left behind, however the test ends. Movable; thread safe.
class NetworkNamespace {
 public:
  // kPermission without CAP_SYS_ADMIN: a reason to skip the test.
  [[nodiscard]] static Result<NetworkNamespace> create();

  NetworkNamespace(NetworkNamespace&& other) noexcept;
  NetworkNamespace& operator=(NetworkNamespace&& other) noexcept;
  ~NetworkNamespace();

  // For the same namespace.
  Result<NetworkNamespace> another_handle() const;

  int fd() const { return fd_; }

  // A path by which other threads and children of this process can open it.
  std::string path() const;

  // Runs `work` inside, on a new thread, and waits for it. Sockets that it opens and processes that
  // it starts stay inside.
  void run(const std::function<void()>& work) const;

 private:
  explicit NetworkNamespace(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace portcullis::test

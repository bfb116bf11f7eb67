#pragma once

#include "compiler/result.h"

namespace portcullis {

// Makes this process the one daemon of its network namespace, and so of its table, as long as the
// lock lives. It is an abstract unix socket, which the kernel frees however the process ends.
class InstanceLock {
 public:
  // kConflict: another process holds it.
  [[nodiscard]] static Result<InstanceLock> take();

  InstanceLock(InstanceLock&& other) noexcept;
  InstanceLock& operator=(InstanceLock&&) = delete;
  ~InstanceLock();

 private:
  explicit InstanceLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace portcullis

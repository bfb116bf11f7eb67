#pragma once

#include <filesystem>

#include "compiler/base/result.h"

namespace portcullis {

// Makes this process the only daemon of its network namespace, and so of its table, while the lock
// lives. It is flock(2) on "netns-<inode>.lock" in a directory that only root can write to, so that
// no other user can hold it. The kernel releases it however the process ends. Containers on one
// node exclude each other if they share the directory (a hostPath volume).
class InstanceLock {
 public:
  static constexpr const char* kDirectory = "/run/portcullis";

  // Creates the directory if it is missing, but not its parent. kConflict: another process holds
  // the lock. kPermission: the directory is not writable, or others can write to it. kIo: the file
  // cannot be created. The message names it.
  [[nodiscard]] static Result<InstanceLock> take(
      const std::filesystem::path& directory = kDirectory);

  InstanceLock(InstanceLock&& other) noexcept;
  InstanceLock& operator=(InstanceLock&&) = delete;
  ~InstanceLock();  // removes the file

 private:
  InstanceLock(std::filesystem::path file, int fd);

  std::filesystem::path file_;
  int fd_;
};

}  // namespace portcullis

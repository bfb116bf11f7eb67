#pragma once

#include <filesystem>

#include "compiler/result.h"

namespace portcullis {

// Makes this process the one daemon of its network namespace, and so of its table, as long as the
// lock lives. It is flock(2) on "netns-<inode>.lock" in a directory that only root can write to, so
// that no other user can hold it. The kernel releases it however the process ends. Containers of
// one node exclude each other if they share the directory (a hostPath volume).
class InstanceLock {
 public:
  static constexpr const char* kDirectory = "/run/portcullis";

  // Makes the directory if it is missing, but not the one above. kConflict: another process holds
  // the lock. kPermission: the directory cannot be written to, or can be by others. kIo: the file
  // cannot be made. The message names it.
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

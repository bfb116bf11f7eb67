#pragma once

#include <filesystem>
#include <set>
#include <vector>

#include "compiler/base/result.h"
#include "daemon/files/manifests.h"

namespace portcullis {

// Watches directories with inotify(7). Reports that something happened, not what: the caller
// rescans, so a lost or duplicate event does no harm.
class DirectoryWatches {
 public:
  [[nodiscard]] static Result<DirectoryWatches> open();

  DirectoryWatches(DirectoryWatches&& other) noexcept;
  DirectoryWatches& operator=(DirectoryWatches&&) = delete;
  ~DirectoryWatches();

  int fd() const { return fd_; }  // readable when something happened

  struct Coverage {
    bool has_new = false;  // a directory was not watched before: its content may have changed since
    std::vector<Problem> unwatched;
  };

  // Watches exactly these directories. Ignores those that do not exist.
  Coverage watch_only(const std::vector<std::filesystem::path>& directories);

  // Consumes the events since the last call. True if there were any.
  bool drain();

 private:
  explicit DirectoryWatches(int fd) : fd_(fd) {}

  int fd_;
  std::set<int> watched_;  // the kernel's watch descriptors
};

}  // namespace portcullis

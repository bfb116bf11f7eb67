#pragma once

#include <filesystem>
#include <set>
#include <vector>

#include "compiler/result.h"
#include "daemon/source/manifests.h"

namespace portcullis {

// Watches directories with inotify(7). It tells that something happened, not what: whoever wants
// to know looks, so a lost or doubled event does no harm.
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

  // Watches these directories and no others. One that does not exist is passed over.
  Coverage watch_only(const std::vector<std::filesystem::path>& directories);

  // Takes what happened since the last call. True if anything did.
  bool drain();

 private:
  explicit DirectoryWatches(int fd) : fd_(fd) {}

  int fd_;
  std::set<int> watched_;  // the kernel's watch descriptors
};

}  // namespace portcullis

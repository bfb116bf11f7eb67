#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <vector>

#include "daemon/source/manifest_file.h"
#include "daemon/source/settled_file.h"
#include "daemon/source/tree.h"

namespace portcullis {

// What each manifest file last said. A file that cannot be read or parsed keeps its last content
// and is given kPatience, in which it may only be half written; then it is a problem.
class ManifestCache {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kPatience{1000};

  // Reads the files of `tree` that changed or failed before, and forgets those that are gone. What
  // is below a directory that could not be listed stays.
  void refresh(const Tree& tree, Clock::time_point now);

  // True while a file fails and may yet come right: refresh again soon.
  bool has_unsettled() const;

  // True while a file fails for a reason that may end without changing the file.
  bool has_unreadable() const;

  // True while there is a file of which nothing was ever read.
  bool has_unknown() const;

  std::vector<ManifestFile> files() const;
  std::vector<Problem> problems() const;  // of files as a whole

 private:
  struct Entry {
    std::optional<FileStamp> stamp;  // of the last conclusive read
    std::optional<ManifestFile> content;
    std::optional<Unreadable> failure;
    Clock::time_point failing_since;
    bool concluded = false;  // the failure stands
  };

  void forget_missing(const Tree& tree);
  static bool needs_reading(const std::filesystem::path& path, Entry& entry);
  static void read(const std::filesystem::path& path, Entry& entry, Clock::time_point now);

  std::map<std::filesystem::path, Entry> entries_;
};

}  // namespace portcullis

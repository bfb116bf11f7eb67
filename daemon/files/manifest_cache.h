#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/files/last_contents.h"
#include "daemon/files/manifest_file.h"
#include "daemon/files/settled_file.h"
#include "daemon/files/tree.h"

namespace portcullis {

// The last content of each manifest file, from this run or, by `last`, an earlier one. A file that
// cannot be read or parsed keeps its last content and gets kPatience, since it may be half written;
// then it is a problem.
class ManifestCache {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kPatience{1000};

  // `last`: null if nothing is saved between runs.
  explicit ManifestCache(std::shared_ptr<LastContents> last) : last_(std::move(last)) {}

  // Reads the files of `tree` that changed or failed before, and forgets removed ones. The content
  // below a directory that could not be listed stays.
  void refresh(const Tree& tree, Clock::time_point now);

  // True while a file fails and may still recover: refresh again soon.
  bool has_unsettled() const;

  // True while a file fails for a reason that may end without a change of the file.
  bool has_unreadable() const;

  // True while a file fails and its last content is unknown.
  bool has_unknown() const;

  // Files that fail and never had content, as far as is known.
  std::vector<std::filesystem::path> never_read() const;

  std::vector<std::filesystem::path> paths() const;  // of all files
  std::vector<ManifestFile> files() const;
  std::vector<Problem> problems() const;  // of files as a whole

 private:
  struct Entry {
    std::optional<FileStamp> stamp;  // of the last conclusive read
    std::optional<ManifestFile> content;
    std::optional<Unreadable> failure;
    Clock::time_point failing_since;
    bool concluded = false;  // the failure is final
    bool recalled = false;   // the last run was asked for its content
    std::string unknown;     // why it does not know; empty: it does
  };

  void forget_missing(const Tree& tree);
  static bool needs_reading(const std::filesystem::path& path, Entry& entry);
  void read(const std::filesystem::path& path, Entry& entry, Clock::time_point now);
  void recall(const std::filesystem::path& path, Entry& entry);

  std::shared_ptr<LastContents> last_;
  std::map<std::filesystem::path, Entry> entries_;
};

}  // namespace portcullis

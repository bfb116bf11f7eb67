#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "daemon/files/last_contents.h"
#include "daemon/source/source.h"

namespace portcullis {

struct DirectorySettings {
  // Believe an empty directory. Otherwise it is a fault while pods are isolated, since most likely
  // it is not mounted (any more).
  bool allow_empty = false;
  bool isolates_pods = false;               // what was in force at the start
  std::shared_ptr<LastContents> last = {};  // null: nothing is saved between runs
};

// Manifests in a directory, followed with inotify. The first update is complete: every file has
// been read conclusively. A file that cannot be read or parsed is retried for a moment (it may be
// half written), then it is a problem: it keeps its last content, from this run or the one before,
// and does not affect other files. A file that vanishes takes its objects with it; but if the whole
// directory vanishes, or all files in it while pods are isolated, that is a fault, and the earlier
// content stays.
class DirectorySource : public Source {
 public:
  DirectorySource(boost::asio::io_context& io, std::filesystem::path directory, Sink sink,
                  DirectorySettings settings);
  ~DirectorySource() override;

  // Fails if the directory is missing (unless pods are isolated: then it is waited for), is not a
  // directory, or cannot be watched (the message says what to do).
  [[nodiscard]] Result<void> start() override;

  std::string name() const override;

 private:
  struct Impl;
  boost::asio::io_context& io_;
  std::filesystem::path directory_;
  Sink sink_;
  DirectorySettings settings_;
  std::shared_ptr<Impl> impl_;  // once started
};

}  // namespace portcullis

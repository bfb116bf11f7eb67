#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "daemon/source/last_contents.h"
#include "daemon/source/source.h"

namespace portcullis {

struct DirectorySettings {
  // An empty directory means what it says. Else it is a fault where pods are isolated, since it is
  // most likely not mounted yet, or not any more.
  bool allow_empty = false;
  bool isolates_pods = false;               // what was in force at the start
  std::shared_ptr<LastContents> last = {};  // null: nothing is kept from run to run
};

// Manifests in a directory, followed with inotify. The first update is complete: every file has
// been read to a conclusion. A file that cannot be read or parsed is tried again for a moment (it
// may be half written), then it is a problem: it keeps its last content, in this run or the one
// before, and every other file goes on. A file that vanishes takes its objects with it; but if the
// whole directory vanishes, or all files in it while pods are isolated, that is a fault, and what
// was read there before stays.
class DirectorySource : public Source {
 public:
  DirectorySource(boost::asio::io_context& io, std::filesystem::path directory, Sink sink,
                  DirectorySettings settings);
  ~DirectorySource() override;

  // Fails if the directory is missing (but not if pods are isolated: then it is waited for), is no
  // directory, or cannot be watched (with what to do).
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

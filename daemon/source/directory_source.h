#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "compiler/event.h"
#include "daemon/source/manifests.h"

namespace portcullis {

// What a source has to say at once: the events of one step (applied together or not at all), and
// the problems that stand after it, all of them, not only the new ones.
struct Update {
  std::vector<Event> events;
  std::vector<Problem> problems;
  bool complete = true;  // false while there is a file of which nothing was ever read
};

// Manifests in a directory, followed with inotify. The first update is complete: every file has
// been read to a conclusion. A file that cannot be read or parsed is tried again for a moment (it
// may be half written), then it is a problem: at the start it contributes nothing, later it keeps
// what it last said, and every other file goes on. A file that vanishes takes its objects with it.
// All calls and the sink run on the io_context's thread.
class DirectorySource {
 public:
  using Sink = std::function<void(Update)>;

  DirectorySource(boost::asio::io_context& io, std::filesystem::path directory, Sink sink);
  ~DirectorySource();
  DirectorySource(const DirectorySource&) = delete;
  DirectorySource& operator=(const DirectorySource&) = delete;

  // Fails if the directory is missing, is no directory, or cannot be watched (with what to do).
  [[nodiscard]] Result<void> start();

 private:
  struct Impl;
  boost::asio::io_context& io_;
  std::filesystem::path directory_;
  Sink sink_;
  std::shared_ptr<Impl> impl_;  // once started
};

}  // namespace portcullis

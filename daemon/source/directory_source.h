#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "daemon/source/source.h"

namespace portcullis {

// Manifests in a directory, followed with inotify. The first update is complete: every file has
// been read to a conclusion. A file that cannot be read or parsed is tried again for a moment (it
// may be half written), then it is a problem: at the start it contributes nothing, later it keeps
// what it last said, and every other file goes on. A file that vanishes takes its objects with it.
class DirectorySource : public Source {
 public:
  DirectorySource(boost::asio::io_context& io, std::filesystem::path directory, Sink sink);
  ~DirectorySource() override;

  // Fails if the directory is missing, is no directory, or cannot be watched (with what to do).
  [[nodiscard]] Result<void> start() override;

  std::string name() const override;

 private:
  struct Impl;
  boost::asio::io_context& io_;
  std::filesystem::path directory_;
  Sink sink_;
  std::shared_ptr<Impl> impl_;  // once started
};

}  // namespace portcullis

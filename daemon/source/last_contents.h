#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "compiler/result.h"

namespace portcullis {

// What manifest files last said, kept for the next run of the daemon. All calls are made on one
// thread, and none waits for a disk but load().
class LastContents {
 public:
  LastContents() = default;
  LastContents(const LastContents&) = delete;
  LastContents& operator=(const LastContents&) = delete;
  virtual ~LastContents() = default;

  // What keep() was last given for the file. None: the last run never read it. An error: it is not
  // known whether that did, since nothing was kept at all, or what was is refused.
  [[nodiscard]] virtual Result<std::optional<std::string>> load(
      const std::filesystem::path& file) = 0;

  // `content` was read, and is good.
  virtual void keep(const std::filesystem::path& file, std::string content) = 0;

  // There are no other files than these now.
  virtual void keep_only(const std::vector<std::filesystem::path>& files) = 0;
};

}  // namespace portcullis

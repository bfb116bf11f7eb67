#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/result.h"

namespace portcullis {

// The last content of manifest files, saved for the next run of the daemon. All calls are on one
// thread, and only load() waits for a disk.
class LastContents {
 public:
  LastContents() = default;
  LastContents(const LastContents&) = delete;
  LastContents& operator=(const LastContents&) = delete;
  virtual ~LastContents() = default;

  // The last argument of keep() for the file. None: the last run never read it. An error: unknown,
  // since nothing was saved, or the saved content is rejected.
  [[nodiscard]] virtual Result<std::optional<std::string>> load(
      const std::filesystem::path& file) = 0;

  // `content` was read, and is valid.
  virtual void keep(const std::filesystem::path& file, std::string content) = 0;

  // These are now all the files.
  virtual void keep_only(const std::vector<std::filesystem::path>& files) = 0;
};

}  // namespace portcullis

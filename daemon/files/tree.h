#pragma once

#include <filesystem>
#include <vector>

#include "daemon/files/manifests.h"

namespace portcullis {

// The content of a manifest directory at one moment. All paths begin with the directory's own.
struct Tree {
  std::vector<std::filesystem::path> files;  // as list_manifests() returns them

  // Every directory whose changes can change `files` or their content: the listed ones, and those
  // that contain targets of symbolic links, or a link on the way there.
  std::vector<std::filesystem::path> directories;

  std::vector<Problem> unlisted;  // directories that could not be listed
};

Tree list_tree(const std::filesystem::path& directory);

// True if `path` is `directory` or below it, by name.
bool is_below(const std::filesystem::path& path, const std::filesystem::path& directory);

}  // namespace portcullis

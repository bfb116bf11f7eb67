#include "daemon/source/tree.h"

#include <algorithm>
#include <set>
#include <utility>

#include "daemon/source/settled_file.h"

namespace portcullis {
namespace {

namespace fs = std::filesystem;

// Hidden ones are ConfigMap volumes' insides (..data) and editors' leftovers.
bool is_skipped(const std::string& name) { return name.starts_with('.') || name.starts_with('#'); }

bool has_manifest_extension(const fs::path& path) {
  const auto extension = path.extension();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

class Walk {
 public:
  Tree tree;

  void list(const fs::path& directory) {
    if (!is_new(directory)) return;
    std::error_code error;
    fs::directory_iterator entries(directory, error);
    tree.directories.push_back(directory);
    while (!error && entries != fs::directory_iterator()) {
      visit(*entries);
      entries.increment(error);
    }
    if (error) {
      tree.unlisted.push_back({directory, 0, {"", "", "cannot be listed: " + error.message(), 0}});
    }
  }

 private:
  // Symbolic links can make a directory its own descendant.
  bool is_new(const fs::path& directory) {
    const auto stamp = stamp_of(directory);
    return !stamp || visited_.insert({stamp->device, stamp->inode}).second;
  }

  void visit(const fs::directory_entry& entry) {
    if (is_skipped(entry.path().filename())) return;
    std::error_code error;
    const auto type = entry.status(error).type();
    if (type == fs::file_type::directory) return list(entry.path());
    // A link that leads nowhere is listed, so that it is told of.
    const bool is_link = entry.is_symlink(error);
    const bool is_file =
        type == fs::file_type::regular ||
        (is_link && (type == fs::file_type::not_found || type == fs::file_type::none));
    if (!is_file || !has_manifest_extension(entry.path())) return;
    tree.files.push_back(entry.path());
    if (is_link) add_directory_of_target(entry.path());
  }

  void add_directory_of_target(const fs::path& link) {
    std::error_code error;
    const auto target = fs::canonical(link, error);
    if (!error) tree.directories.push_back(target.parent_path());
  }

  std::set<std::pair<dev_t, ino_t>> visited_;
};

}  // namespace

Tree list_tree(const fs::path& directory) {
  Walk walk;
  walk.list(directory);
  auto& tree = walk.tree;
  std::sort(tree.files.begin(), tree.files.end());
  std::sort(tree.directories.begin(), tree.directories.end());
  tree.directories.erase(std::unique(tree.directories.begin(), tree.directories.end()),
                         tree.directories.end());
  return std::move(tree);
}

bool is_below(const fs::path& path, const fs::path& directory) {
  return std::mismatch(directory.begin(), directory.end(), path.begin(), path.end()).first ==
         directory.end();
}

Result<std::vector<fs::path>> list_manifests(const fs::path& directory) {
  auto tree = list_tree(directory);
  if (tree.unlisted.empty()) return std::move(tree.files);
  return failure(ErrorCode::kIo, to_string(tree.unlisted.front()));
}

}  // namespace portcullis

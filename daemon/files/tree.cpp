#include "daemon/files/tree.h"

#include <algorithm>
#include <list>
#include <set>
#include <utility>

#include "daemon/files/settled_file.h"

namespace portcullis {
namespace {

namespace fs = std::filesystem;

// Hidden files are internals of ConfigMap volumes (..data) and editor leftovers.
bool is_skipped(const std::string& name) { return name.starts_with('.') || name.starts_with('#'); }

bool has_manifest_extension(const fs::path& path) {
  const auto extension = path.extension();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

// For a directory without links in its path, so that its parent is the one by name.
fs::path step(const fs::path& directory, const fs::path& name) {
  if (name.empty() || name == ".") return directory;
  return name == ".." ? directory.parent_path() : directory / name;
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
    const auto& path = entry.path();
    if (is_skipped(path.filename())) return;
    std::error_code error;
    const auto type = entry.status(error).type();
    const bool is_directory = type == fs::file_type::directory;
    // A dangling link is listed, so that it is reported.
    const bool is_link = entry.is_symlink(error);
    const bool leads_nowhere =
        is_link && (type == fs::file_type::not_found || type == fs::file_type::none);
    const bool is_manifest =
        (type == fs::file_type::regular || leads_nowhere) && has_manifest_extension(path);
    if (is_link && (is_directory || leads_nowhere || is_manifest)) follow(path);
    if (is_directory) return list(path);
    if (is_manifest) tree.files.push_back(path);
  }

  // Every link on the way can be retargeted, and the last name replaced.
  void follow(const fs::path& link) {
    constexpr int kMaxLinks = 40;  // as many as the kernel follows
    std::error_code error;
    fs::path place = fs::canonical(link.parent_path(), error);
    std::list<fs::path> way{link.filename()};
    for (int links = 0; !error && !way.empty();) {
      const auto next = place / way.front();
      way.pop_front();
      if (!fs::is_symlink(fs::symlink_status(next, error))) {
        if (error || way.empty()) tree.directories.push_back(place);
        place = step(place, next.filename());
        continue;
      }
      tree.directories.push_back(place);
      if (++links > kMaxLinks) return;
      const auto target = fs::read_symlink(next, error);
      if (target.is_absolute()) place = target.root_path();
      const auto relative = target.relative_path();
      way.insert(way.begin(), relative.begin(), relative.end());
    }
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

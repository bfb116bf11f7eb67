#include "daemon/files/manifest_cache.h"

#include <algorithm>
#include <utility>

namespace portcullis {

void ManifestCache::refresh(const Tree& tree, Clock::time_point now) {
  forget_missing(tree);
  for (const auto& path : tree.files) entries_[path];
  for (auto& [path, entry] : entries_) {
    if (needs_reading(path, entry)) read(path, entry, now);
    entry.concluded = entry.failure && now - entry.failing_since >= kPatience;
    if (entry.failure && !entry.content) recall(path, entry);
  }
}

void ManifestCache::forget_missing(const Tree& tree) {
  std::erase_if(entries_, [&](const auto& entry) {
    const auto& path = entry.first;
    return !std::binary_search(tree.files.begin(), tree.files.end(), path) &&
           std::none_of(tree.unlisted.begin(), tree.unlisted.end(),
                        [&](const auto& problem) { return is_below(path, problem.file); });
  });
}

bool ManifestCache::needs_reading(const std::filesystem::path& path, Entry& entry) {
  const auto wall_clock = std::chrono::system_clock::now().time_since_epoch();
  const auto stamp = stamp_of(path);
  const bool may_have_settled = entry.failure && entry.failure->code != ErrorCode::kInvalidInput;
  if (stamp && entry.stamp == stamp && !may_have_settled) return false;
  entry.stamp = stamp && stamp->is_conclusive(wall_clock) ? stamp : std::nullopt;
  return true;
}

void ManifestCache::read(const std::filesystem::path& path, Entry& entry, Clock::time_point now) {
  auto text = read_manifest_text(path);
  auto file =
      text.and_then([&](const std::string& read) { return parse_manifest_text(path, read); });
  if (file) {
    entry.content = std::move(*file);
    entry.failure.reset();
    entry.unknown.clear();
    if (last_) last_->keep(path, std::move(*text));
  } else {
    if (!entry.failure) entry.failing_since = now;
    entry.failure = std::move(file.error());
  }
}

void ManifestCache::recall(const std::filesystem::path& path, Entry& entry) {
  if (std::exchange(entry.recalled, true)) return;
  if (!last_) {
    entry.unknown = "nothing is saved between runs (--snapshot is off)";
    return;
  }
  const auto text = last_->load(path);
  if (!text) {
    entry.unknown = text.error().message;
  } else if (*text) {
    auto file = parse_manifest_text(path, **text);
    if (!file) entry.unknown = "this version cannot read its saved content";
    if (file) entry.content = std::move(*file);
  }
}

bool ManifestCache::has_unsettled() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const auto& entry) {
    return entry.second.failure && !entry.second.concluded;
  });
}

bool ManifestCache::has_unreadable() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const auto& entry) {
    return entry.second.failure && entry.second.failure->code != ErrorCode::kInvalidInput;
  });
}

bool ManifestCache::has_unknown() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const auto& entry) {
    return !entry.second.content && !entry.second.unknown.empty();
  });
}

std::vector<std::filesystem::path> ManifestCache::never_read() const {
  std::vector<std::filesystem::path> paths;
  for (const auto& [path, entry] : entries_) {
    if (entry.concluded && !entry.content) paths.push_back(path);
  }
  return paths;
}

std::vector<std::filesystem::path> ManifestCache::paths() const {
  std::vector<std::filesystem::path> paths;
  for (const auto& [path, entry] : entries_) paths.push_back(path);
  return paths;
}

std::vector<ManifestFile> ManifestCache::files() const {
  std::vector<ManifestFile> files;
  for (const auto& [path, entry] : entries_) {
    if (entry.content) files.push_back(*entry.content);
    if (!entry.content && entry.concluded) files.push_back(entry.failure->rest);
  }
  return files;
}

std::vector<Problem> ManifestCache::problems() const {
  std::vector<Problem> problems;
  for (const auto& [path, entry] : entries_) {
    if (!entry.failure || !entry.concluded) continue;
    problems.push_back(entry.failure->problem);
    auto& message = problems.back().defect.message;
    if (entry.content) message += "; its last content stays in force";
    if (last_ && !entry.unknown.empty())
      message += "; what it last said is unknown: " + entry.unknown;
  }
  return problems;
}

}  // namespace portcullis

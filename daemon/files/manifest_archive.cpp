#include "daemon/files/manifest_archive.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "compiler/base/content_hash.h"
#include "daemon/base/own_directory.h"
#include "daemon/base/private_file.h"

namespace portcullis {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFirstLine = "portcullis manifest 1\n";
constexpr const char* kComplete = "complete";

std::string to_text(const fs::path& file, std::string_view content) {
  std::string rest = file.string() + '\n';
  rest += content;
  return std::string(kFirstLine) + content_hash(rest) + '\n' + rest;
}

tl::unexpected<Error> refused(const fs::path& place, const std::string& why) {
  return failure(ErrorCode::kInvalidInput, place.string() + ": " + why);
}

Result<std::string> content_of(const fs::path& place, const fs::path& file,
                               const std::string& text) {
  if (!text.starts_with(kFirstLine)) return refused(place, "it was not written by this version");
  const auto checksum_end = text.find('\n', kFirstLine.size());
  if (checksum_end == text.npos) return refused(place, "it is damaged");
  const auto path_end = text.find('\n', checksum_end + 1);
  if (path_end == text.npos) return refused(place, "it is damaged");
  std::string content = text.substr(path_end + 1);
  if (text != to_text(file, content)) return refused(place, "it is damaged");
  return content;
}

bool is_missing(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() == fs::file_type::not_found;
}

// Nobody else may have created it or removed files from it.
Result<void> check_private(const fs::path& directory) {
  struct stat status {};
  if (::lstat(directory.c_str(), &status) != 0) {
    return refused(directory, std::strerror(errno));
  }
  const bool is_ours = S_ISDIR(status.st_mode) && status.st_uid == ::geteuid() &&
                       (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  if (is_ours) return {};
  return refused(directory, "users other than its owner can write to it");
}

}  // namespace

fs::path archive_beside(const fs::path& snapshot) { return snapshot.string() + ".manifests"; }

ManifestArchive::ManifestArchive(fs::path directory, std::chrono::milliseconds pause, Sink sink)
    : directory_(std::move(directory)),
      was_complete_(!is_missing(directory_ / kComplete)),
      pause_(pause),
      sink_(std::move(sink)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

ManifestArchive::~ManifestArchive() = default;

fs::path ManifestArchive::place_of(const fs::path& file) const {
  return directory_ / content_hash(file.string());
}

Result<std::optional<std::string>> ManifestArchive::load(const fs::path& file) {
  const fs::path place = place_of(file);
  if (is_missing(directory_)) return refused(directory_, "it is not there");
  if (auto checked = check_private(directory_); !checked) return tl::unexpected(checked.error());
  const auto text = read_private_file(place);
  if (!text && text.error().code == ErrorCode::kNotFound) {
    if (was_complete_) return std::nullopt;
    return refused(directory_, "no earlier run has saved every file");
  }
  if (!text) return refused(place, text.error().message);
  return content_of(place, file, *text).map([](std::string content) {
    return std::optional<std::string>(std::move(content));
  });
}

void ManifestArchive::keep(const fs::path& file, std::string content) {
  const std::lock_guard lock(mutex_);
  if (todo_.names) todo_.names->insert(place_of(file).filename().string());
  todo_.contents.insert_or_assign(file, std::move(content));
  changed_.notify_one();
}

void ManifestArchive::keep_only(const std::vector<fs::path>& files) {
  std::set<std::string> names;
  for (const fs::path& file : files) names.insert(place_of(file).filename().string());
  const std::lock_guard lock(mutex_);
  todo_.names = std::move(names);
  changed_.notify_one();
}

void ManifestArchive::run(const std::stop_token& stop) {
  for (bool stopping = false; !stopping;) {
    Work work;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, stop, [&] { return !todo_.empty(); });
      stopping = stop.stop_requested();
      work = std::exchange(todo_, {});
    }
    const auto done = perform(work);
    tell(done ? "" : done.error().message);
    if (done || stopping) continue;
    give_back(std::move(work));
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, pause_, [] { return false; });
  }
}

// Finished items are removed from `work`.
Result<void> ManifestArchive::perform(Work& work) const {
  if (auto there = ensure_own_directory(directory_, S_IRWXU); !there) {
    return refused(directory_, there.error().message);
  }
  if (::mkdir(directory_.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return refused(directory_, std::strerror(errno));
  }
  for (auto each = work.contents.begin(); each != work.contents.end();) {
    const fs::path place = place_of(each->first);
    const std::string text = to_text(each->first, each->second);
    if (read_private_file(place) != text) {
      if (auto done = replace_private_file(place, text); !done) {
        return refused(place, done.error().message);
      }
    }
    each = work.contents.erase(each);
  }
  if (!work.names) return {};
  return remove_others(*work.names).map([&] { work.names.reset(); });
}

Result<void> ManifestArchive::remove_others(const std::set<std::string>& names) const {
  std::error_code error;
  fs::directory_iterator entries(directory_, error);
  while (!error && entries != fs::directory_iterator()) {
    const fs::path place = entries->path();
    entries.increment(error);
    const std::string name = place.filename().string();
    if (error || name == kComplete || names.contains(name)) continue;
    fs::remove(place, error);
  }
  if (error) return refused(directory_, error.message());
  if (!is_missing(directory_ / kComplete)) return {};
  return replace_private_file(directory_ / kComplete, "");
}

// Unless there is newer work.
void ManifestArchive::give_back(Work work) {
  const std::lock_guard lock(mutex_);
  if (!todo_.names) todo_.names = std::move(work.names);
  if (todo_.names) {
    for (const auto& [file, content] : todo_.contents) {
      todo_.names->insert(place_of(file).filename().string());
    }
  }
  todo_.contents.merge(work.contents);
}

void ManifestArchive::tell(const std::string& trouble) {
  if (std::exchange(trouble_, trouble) != trouble) sink_(trouble);
}

}  // namespace portcullis

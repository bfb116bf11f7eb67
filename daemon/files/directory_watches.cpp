#include "daemon/files/directory_watches.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace portcullis {
namespace {

// No IN_MODIFY: a file that is still being written is of no interest yet.
constexpr std::uint32_t kChanges = IN_CLOSE_WRITE | IN_ATTRIB | IN_CREATE | IN_DELETE |
                                   IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF |
                                   IN_ONLYDIR;

std::string reason(int error) {
  if (error == ENOSPC) return "the limit is reached; raise sysctl fs.inotify.max_user_watches";
  if (error == EMFILE) return "the limit is reached; raise sysctl fs.inotify.max_user_instances";
  return std::strerror(error);
}

}  // namespace

Result<DirectoryWatches> DirectoryWatches::open() {
  const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd < 0) return failure(ErrorCode::kIo, "inotify is not available: " + reason(errno));
  return DirectoryWatches(fd);
}

DirectoryWatches::DirectoryWatches(DirectoryWatches&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), watched_(std::move(other.watched_)) {}

DirectoryWatches::~DirectoryWatches() {
  if (fd_ >= 0) ::close(fd_);
}

DirectoryWatches::Coverage DirectoryWatches::watch_only(
    const std::vector<std::filesystem::path>& directories) {
  Coverage coverage;
  std::set<int> wanted;
  for (const auto& directory : directories) {
    const int watch = ::inotify_add_watch(fd_, directory.c_str(), kChanges);
    if (watch >= 0) {
      wanted.insert(watch);
    } else if (errno != ENOENT && errno != ENOTDIR) {
      coverage.unwatched.push_back(
          {directory, 0, {"", "", "changes cannot be followed: " + reason(errno), 0}});
    }
  }
  for (const int watch : wanted) coverage.has_new |= !watched_.contains(watch);
  for (const int watch : watched_) {
    if (!wanted.contains(watch)) ::inotify_rm_watch(fd_, watch);
  }
  watched_ = std::move(wanted);
  return coverage;
}

bool DirectoryWatches::drain() {
  alignas(inotify_event) std::array<char, 16384> buffer;
  bool happened = false;
  while (true) {
    const auto size = ::read(fd_, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return happened;
    for (auto* next = buffer.data(); next < buffer.data() + size;) {
      inotify_event event;
      std::memcpy(&event, next, sizeof event);
      next += sizeof event + event.len;
      // The kernel reports the end of a watch; also after we removed it ourselves.
      if ((event.mask & IN_IGNORED) != 0) {
        watched_.erase(event.wd);
      } else {
        happened = true;
      }
    }
  }
}

}  // namespace portcullis

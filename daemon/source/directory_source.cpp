#include "daemon/source/directory_source.h"

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <optional>
#include <utility>

#include "daemon/files/directory_watches.h"
#include "daemon/files/manifest_cache.h"
#include "daemon/files/settled_file.h"
#include "daemon/files/tree.h"

namespace portcullis {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr const char* kStays = "; what was read there before stays in force";

constexpr milliseconds kQuiet{30};          // after a change, before a scan
constexpr milliseconds kMaxQuiet{500};      // for continuing changes
constexpr milliseconds kMaxUnstable{2000};  // scans that changes overtook
constexpr milliseconds kRetry{200};         // for files that fail
constexpr milliseconds kRecheck{1000};      // for changes that inotify does not report

}  // namespace

//   inotify --(quiet for a moment)--> look: list_tree -> watches -> ManifestCache
//                 ^                    |
//                 '--(overtaken)-------+--> publish: merge -> Report
//                                      '--> retry, while a file fails but may come right
struct DirectorySource::Impl : std::enable_shared_from_this<Impl> {
  Impl(boost::asio::io_context& io, std::filesystem::path where, Sink to, DirectoryWatches with,
       const DirectorySettings& settings)
      : directory(std::move(where)),
        sink(std::move(to)),
        allow_empty(settings.allow_empty),
        last(settings.last),
        watches(std::move(with)),
        descriptor(io, watches.fd()),
        look_timer(io),
        recheck_timer(io),
        cache(settings.last),
        isolates_pods(settings.isolates_pods) {}

  ~Impl() { descriptor.release(); }  // the watches own the file descriptor

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void follow();
  void recheck();
  void note_change(Clock::time_point now);
  void look_at(Clock::time_point time);
  void look();
  void read_tree(Clock::time_point now);
  std::string fault_of(const Tree& tree) const;
  void publish();

  std::filesystem::path directory;
  Sink sink;
  const bool allow_empty;
  const std::shared_ptr<LastContents> last;
  DirectoryWatches watches;
  boost::asio::posix::stream_descriptor descriptor;
  boost::asio::steady_timer look_timer;
  boost::asio::steady_timer recheck_timer;

  std::optional<Clock::time_point> changing_since;  // not scanned since
  std::optional<Clock::time_point> unstable_since;  // not published since
  std::optional<FileStamp> root;                    // at the last listing
  std::vector<Problem> unfollowed;                  // directories
  bool listed_whole = false;                        // the last scan covered every directory
  ManifestCache cache;
  std::string fault;   // why the last scan is not believed; empty: it is
  bool isolates_pods;  // what was published, or was in force at the start

  bool has_published = false;
  std::string published_fault;
  std::vector<Event> published_objects;
  std::vector<Problem> published_problems;
  std::vector<Problem> published_not_enforced;
};

void DirectorySource::Impl::follow() {
  descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [weak = weak_from_this()](const boost::system::error_code& error) {
                          const auto self = weak.lock();
                          if (!self || error) return;
                          if (self->watches.drain()) self->note_change(Clock::now());
                          self->follow();
                        });
}

// A directory that was mounted over, or removed and recreated, sends no event.
void DirectorySource::Impl::recheck() {
  recheck_timer.expires_after(kRecheck);
  recheck_timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (!self || error) return;
    const auto seen = stamp_of(self->directory);
    const bool is_same = seen && self->root && seen->device == self->root->device &&
                         seen->inode == self->root->inode;
    const bool has_trouble = !self->fault.empty() || !self->unfollowed.empty();
    if (!is_same || has_trouble || self->cache.has_unreadable()) self->look();
    self->recheck();
  });
}

void DirectorySource::Impl::note_change(Clock::time_point now) {
  if (!changing_since) changing_since = now;
  look_at(std::min(now + kQuiet, *changing_since + kMaxQuiet));
}

void DirectorySource::Impl::look_at(Clock::time_point time) {
  look_timer.expires_at(time);
  look_timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (self && !error) self->look();
  });
}

void DirectorySource::Impl::look() {
  const auto now = Clock::now();
  changing_since.reset();
  read_tree(now);
  // A rename may have been seen half done: scan again before reporting removals.
  if (!unstable_since) unstable_since = now;
  if (watches.drain() && now - *unstable_since < kMaxUnstable) return note_change(now);
  unstable_since.reset();
  publish();
  if (cache.has_unsettled()) look_at(now + kRetry);
}

void DirectorySource::Impl::read_tree(Clock::time_point now) {
  constexpr int kMaxListings = 8;  // a file may appear before its directory is watched
  Tree tree;
  DirectoryWatches::Coverage coverage{true, {}};
  for (int i = 0; coverage.has_new && i < kMaxListings; ++i) {
    root = stamp_of(directory);
    tree = list_tree(directory);
    coverage = watches.watch_only(tree.directories);
  }
  fault = fault_of(tree);
  if (fault.empty() || !tree.unlisted.empty()) cache.refresh(tree, now);
  listed_whole = tree.unlisted.empty();
  unfollowed = std::move(tree.unlisted);
  for (auto& problem : unfollowed) {
    problem.defect.message += kStays;
  }
  if (!fault.empty()) std::erase_if(unfollowed, [&](auto& each) { return each.file == directory; });
  std::move(coverage.unwatched.begin(), coverage.unwatched.end(), std::back_inserter(unfollowed));
}

// An unmounted directory looks empty, and would open every isolated pod.
std::string DirectorySource::Impl::fault_of(const Tree& tree) const {
  if (!isolates_pods) return "";
  const auto missing = std::ranges::find(tree.unlisted, directory, &Problem::file);
  if (missing != tree.unlisted.end()) return to_string(*missing) + kStays;
  if (allow_empty || !tree.files.empty() || !tree.unlisted.empty()) return "";
  return directory.string() +
         ": holds no manifests, while policies are in force (--allow-empty drops them)";
}

namespace {

bool may_isolate(const Event& event) {
  const auto* policy = std::get_if<PolicyEvent>(&event);
  const auto* pod = std::get_if<PodEvent>(&event);
  return policy != nullptr || (pod != nullptr && pod->object->malformed);
}

}  // namespace

void DirectorySource::Impl::publish() {
  if (!has_published && cache.has_unsettled()) return;
  auto manifests = merge(cache.files());
  auto problems = std::move(manifests.problems);
  const auto whole_files = cache.problems();
  problems.insert(problems.end(), whole_files.begin(), whole_files.end());
  problems.insert(problems.end(), unfollowed.begin(), unfollowed.end());

  const bool has_news =
      !has_published || manifests.objects != published_objects || problems != published_problems ||
      manifests.not_enforced != published_not_enforced || fault != published_fault;
  has_published = true;
  published_objects = std::move(manifests.objects);
  published_problems = problems;
  published_not_enforced = manifests.not_enforced;
  published_fault = fault;
  const bool complete = listed_whole && !cache.has_unknown();
  if (fault.empty() && complete) {
    isolates_pods = std::ranges::any_of(published_objects, may_isolate);
    if (last) last->keep_only(cache.paths());
  }
  if (!has_news) return;
  sink({.update = update_of(published_objects),
        .problems = std::move(problems),
        .not_enforced = std::move(manifests.not_enforced),
        .complete = complete,
        .never_read = cache.never_read(),
        .fault = fault});
}

namespace {

Result<void> check_directory(const std::filesystem::path& directory) {
  std::error_code error;
  const auto type = std::filesystem::status(directory, error).type();
  if (type == std::filesystem::file_type::directory) return {};
  if (type == std::filesystem::file_type::not_found) {
    return failure(ErrorCode::kNotFound, directory.string() + " does not exist; create it first");
  }
  if (error) return failure(ErrorCode::kIo, directory.string() + ": " + error.message());
  return failure(ErrorCode::kInvalidInput,
                 directory.string() + " is not a directory; name one that holds manifests");
}

}  // namespace

DirectorySource::DirectorySource(boost::asio::io_context& io, std::filesystem::path directory,
                                 Sink sink, DirectorySettings settings)
    : io_(io),
      directory_(std::move(directory)),
      sink_(std::move(sink)),
      settings_(std::move(settings)) {}

DirectorySource::~DirectorySource() = default;

std::string DirectorySource::name() const { return "manifests in " + directory_.string(); }

Result<void> DirectorySource::start() {
  auto usable = check_directory(directory_);
  const bool may_come =
      settings_.isolates_pods && !usable && usable.error().code == ErrorCode::kNotFound;
  if (!usable && !may_come) return usable;
  auto watches = DirectoryWatches::open();
  if (!watches) return tl::unexpected(std::move(watches.error()));
  const auto coverage = watches->watch_only({directory_});
  if (!coverage.unwatched.empty()) {
    return failure(ErrorCode::kIo, to_string(coverage.unwatched.front()));
  }
  impl_ = std::make_shared<Impl>(io_, directory_, sink_, std::move(*watches), settings_);
  impl_->follow();
  impl_->recheck();
  impl_->look_at(Clock::now());
  return {};
}

}  // namespace portcullis

#include "k8s-client/watch/reflector.h"

#include <algorithm>
#include <array>
#include <utility>

#include "k8s-client/decode/resource.h"
#include "k8s-client/watch/answers.h"
#include "k8s-client/watch/resource_version.h"

namespace portcullis::k8s {
namespace {

using Answer = ApiClient::Answer;

// How many objects a page is limited to, 0 is none: the next one, if a page is too long.
constexpr std::array kPageSizes = {0, 500, 50, 5, 1};

std::size_t hash_of(const ObjectKey& key) { return std::hash<std::string>()(to_string(key)); }

}  // namespace

Reflector::Reflector(boost::asio::io_context& io, ApiClient& client, Kind kind,
                     ReflectorTiming timing, Sink sink)
    : client_(client),
      kind_(kind),
      timing_(timing),
      sink_(std::move(sink)),
      backoff_(timing.backoff),
      alarm_(io) {}

Reflector::~Reflector() { leave_watch(); }

void Reflector::start() {
  timing_.start_delay.count() > 0 ? wait(timing_.start_delay, &Reflector::list) : list();
}

ApiClient::Call Reflector::call(ApiClient::Query query) const {
  return {
      .path = path_of(kind_), .query = std::move(query), .preferred = preferred_encoding(kind_)};
}

void Reflector::list() {
  listed_.clear();
  listed_defects_.clear();
  listed_count_ = 0;
  page_size_ = whole_ ? 0 : 1;
  unreported_ = false;
  expect_list();
  list_page("");
}

void Reflector::expect_list() {
  listing_ = true;
  wait(timing_.slow_list, &Reflector::report_slow_list);
}

void Reflector::report_slow_list() {
  if (!listing_) return;
  report_failure("the list is not complete after " + std::to_string(timing_.slow_list.count()) +
                 " s: is the server or the way to it overloaded?");
}

// Without a resourceVersion: the latest, which the other pages take from the first one.
void Reflector::list_page(const std::string& continue_token) {
  ApiClient::Query query;
  const int limit = kPageSizes[page_size_];
  if (limit > 0) query.emplace_back("limit", std::to_string(limit));
  if (!continue_token.empty()) query.emplace_back("continue", continue_token);
  page_ = std::make_shared<PageBody>(kind_);
  request_ = client_.send(call(std::move(query)), timing_.list_idle_limit, page_,
                          [=, this](const auto& answer) { take_page(answer, continue_token); });
}

void Reflector::take_page(const Result<Answer>& answer, const std::string& continue_token) {
  const bool first = continue_token.empty();
  if (is_good(answer)) protobuf_ = page_->encoding() == Encoding::kProtobuf;
  whole_ = whole_next(answer, first);
  if (!is_good(answer)) return fail(answer, &Reflector::list);
  if (page_->too_long() && page_size_ + 1 < kPageSizes.size()) {
    ++page_size_;
    return list_page(continue_token);
  }
  auto page = page_->take();
  if (!page) return fail(tl::unexpected(page.error()), &Reflector::list);
  if (page->lacks_items && known() > 0) {
    return fail(failure(ErrorCode::kInvalidInput, "the API server sent a list without items"),
                &Reflector::list);
  }
  if (!first &&
      (page->resource_version != listed_version_ || page->continue_token == continue_token)) {
    return fail(failure(ErrorCode::kInvalidInput, "the API server sent pages of several lists"),
                &Reflector::list);
  }
  listed_count_ += std::max<std::size_t>(page->objects.size(), 1);  // also an empty page
  if (listed_count_ > kMostListed) {
    return fail(failure(ErrorCode::kInvalidInput, "the API server sent a list that does not end"),
                &Reflector::list);
  }
  listed_version_ = page->resource_version;
  for (Listed& listed : page->objects) {
    unreported_ = unreported_ || is_older(version_, listed.resource_version);
    take_listed(std::move(listed.object), std::move(listed.defects));
  }
  if (!page->continue_token.empty()) return list_page(page->continue_token);
  Update update;
  finish_list(page->resource_version, update);
  sink_(std::move(update));
  watch();
}

// In one piece a list costs the server least, and in Protobuf also us, as it is decoded while it
// arrives. In pages otherwise, and after one that broke off; but not again if the pages expired.
bool Reflector::whole_next(const Result<Answer>& answer, bool first) const {
  if (!first && code_of(answer) == 410) return true;
  const bool broke_off = !answer && page_->begun();
  if (whole_ && (broke_off || page_->too_long() || code_of(answer) == 504)) return false;
  return protobuf_;
}

void Reflector::watch() {
  const auto seconds = timing_.watch_length.count();
  std::uniform_int_distribution<std::chrono::seconds::rep> length(seconds, 2 * seconds);
  length_ = std::chrono::seconds(length(random_));
  listing_ = false;
  opened_ = false;
  heard_ = false;
  stream_ = std::make_shared<WatchBody>(
      kind_, WatchBody::Listener{[this] { take_opened(); },
                                 [this](auto events) { take_events(std::move(events)); }});
  auto watch = call({{"resourceVersion", version_},
                     {"watch", "true"},
                     {"allowWatchBookmarks", "true"},
                     {"timeoutSeconds", std::to_string(length_.count())}});
  watch.endless = true;
  request_ = client_.send(watch, timing_.watch_idle_limit, stream_,
                          [this](const auto& answer) { end_watch(answer); });
}

void Reflector::take_opened() {
  opened_ = true;
  opened_at_ = Clock::now();
  wait(timing_.watch_idle_limit, &Reflector::check_watch);
  if (health_.failure.empty()) return;
  hear();
  sink_({});
}

// What brings no events is silent, whatever else it brings. A stream that the server should have
// ended is left.
void Reflector::check_watch() {
  const auto now = Clock::now();
  const auto silent_at = std::max(opened_at_, told_at_) + timing_.watch_idle_limit;
  const auto over_at = opened_at_ + length_ + timing_.watch_idle_limit;
  if (now >= over_at) return end_watch(Answer{.code = 200});
  if (now >= silent_at) return end_watch(tl::unexpected(silence(timing_.watch_idle_limit)));
  alarm_.set(std::min(silent_at, over_at) - now, [this] { check_watch(); });
}

void Reflector::take_events(std::vector<WatchEvent> events) {
  Update update;
  std::string wrong;
  for (WatchEvent& event : events) {
    wrong = wrong_with(event);
    if (!wrong.empty()) break;
    told_at_ = Clock::now();
    silent_.clear();
    hear();
    heard_ = true;
    version_ = event.resource_version;
    if (event.change) take_change(std::move(event), update);
  }
  if (!update.empty()) sink_(std::move(update));
  if (wrong.empty()) return;
  leave_watch();
  if (has_lasted()) backoff_.reset();
  fail(failure(ErrorCode::kIo, wrong), &Reflector::list);
}

std::string Reflector::wrong_with(const WatchEvent& event) const {
  if (event.type == WatchEvent::Type::kError) return to_string(event.status);
  if (!is_older(event.resource_version, version_)) return "";
  return "the API server sent version " + event.resource_version + " after " + version_;
}

void Reflector::take_listed(Event event, std::vector<Defect> defects) {
  const ObjectKey key = key_of(event);
  if (!defects.empty()) listed_defects_[key] = std::move(defects);
  listed_.insert_or_assign(key, std::move(event));
}

void Reflector::take_change(WatchEvent event, Update& update) {
  const ObjectKey& key = key_of(*event.change);
  defects_.erase(key);
  if (!event.defects.empty()) defects_[key] = std::move(event.defects);
  if (event.type == WatchEvent::Type::kDeleted) {
    known_.erase(hash_of(key));
  } else {
    known_.insert(hash_of(key));
  }
  update.events.push_back(std::move(*event.change));
}

void Reflector::finish_list(const std::string& resource_version, Update& update) {
  unreported_ = unreported_ || listed_.size() < known();
  known_.clear();
  auto& list = update.lists.emplace_back(Replace{kind_, {}});
  list.objects.reserve(listed_.size());
  for (auto& [key, event] : listed_) {
    known_.insert(hash_of(key));
    list.objects.push_back(std::move(event));
  }
  listed_.clear();
  defects_ = std::exchange(listed_defects_, {});
  version_ = resource_version;
  health_.synced = true;
  if (std::exchange(doubted_, false)) judge_watch();
  told_at_ = Clock::now();
  hear();
}

void Reflector::judge_watch() {
  if (!unreported_) return silent_.clear();
  silent_ = std::string("the API server's watch of ") + info(kind_).resource +
            " does not report changes (a proxy may buffer it); they arrive late, with a list";
  health_.since = told_at_;
}

void Reflector::end_watch(const Result<Answer>& answer) {
  const auto garbage = stream_->garbage();
  leave_watch();
  if (has_lasted()) backoff_.reset();
  if (garbage) return fail(failure(ErrorCode::kInvalidInput, *garbage), &Reflector::list);
  if (!opened_ && !is_passing(answer)) return fail(answer, &Reflector::list);
  resume(answer);
}

// Silence is not a failure of an accepted watch: there may be no changes. The version shows whether
// there were any.
void Reflector::resume(const Result<Answer>& answer) {
  if (opened_ && is_silence(answer)) return ask_version();
  if (!is_good(answer)) return fail(answer, &Reflector::ask_version);
  if (heard_ && has_lasted()) return watch();
  pause({}, &Reflector::ask_version);
}

// A server restored from a backup reuses versions, and sends nothing to a watch from a future one.
// A list of one object has the latest version.
void Reflector::ask_version() {
  expect_list();
  page_ = std::make_shared<PageBody>(kind_);
  request_ = client_.send(call({{"limit", "1"}}), timing_.list_idle_limit, page_,
                          [this](const auto& answer) { take_version(answer); });
}

void Reflector::take_version(const Result<Answer>& answer) {
  if (!is_good(answer)) return fail(answer, &Reflector::ask_version);
  const auto page = page_->take();
  if (!page) return fail(tl::unexpected(page.error()), &Reflector::ask_version);
  doubted_ = page->resource_version != version_ && is_unheard();
  doubted_ || is_older(page->resource_version, version_) ? list() : watch();
}

bool Reflector::has_lasted() const {
  return opened_ && Clock::now() - opened_at_ >= backoff_.bound();
}

void Reflector::pause(std::chrono::milliseconds asked, Next next) {
  wait(backoff_.next(asked), next);
}

void Reflector::wait(std::chrono::milliseconds delay, Next next) {
  alarm_.set(delay, [this, next] { (this->*next)(); });
}

void Reflector::report_failure(std::string failure) {
  if (health_.failure.empty()) health_.since = heard_at_;
  health_.failure = std::move(failure);
  sink_({});
}

void Reflector::fail(const Result<Answer>& answer, Next next) {
  listing_ = false;
  report_failure(answer ? to_string(answer->error) : answer.error().message);
  pause(answer ? answer->retry_after.value_or(std::chrono::seconds{0}) : std::chrono::seconds{0},
        next);
}

void Reflector::hear() {
  heard_at_ = Clock::now();
  health_.failure = silent_;
}

void Reflector::leave_watch() {
  if (stream_) stream_->leave();
  stream_.reset();
  request_ = {};
}

}  // namespace portcullis::k8s

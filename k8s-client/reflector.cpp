#include "k8s-client/reflector.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace portcullis::k8s {
namespace {

using Answer = ApiClient::Answer;

constexpr int kPageSize = 500;                               // objects
constexpr std::size_t kLongestPage = std::size_t{1} << 29U;  // bytes

ObjectKey key_of(const Event& event) {
  struct Key {
    ObjectKey operator()(const PodEvent& event) const { return event.key; }
    ObjectKey operator()(const NamespaceEvent& event) const { return {"", event.name}; }
    ObjectKey operator()(const PolicyEvent& event) const { return event.key; }
  };
  return std::visit(Key{}, event);
}

Event removal(Resource resource, const ObjectKey& key) {
  switch (resource) {
    case Resource::kNamespaces:
      return NamespaceEvent{key.name, nullptr};
    case Resource::kPods:
      return PodEvent{key, nullptr};
    case Resource::kNetworkPolicies:
      break;
  }
  return PolicyEvent{key, nullptr};
}

// As the decoder describes it: "Pod default/web".
std::string described(const Event& event) {
  struct Described {
    std::string operator()(const PodEvent& event) const { return "Pod " + to_string(event.key); }
    std::string operator()(const NamespaceEvent& event) const { return "Namespace " + event.name; }
    std::string operator()(const PolicyEvent& event) const {
      return "NetworkPolicy " + to_string(event.key);
    }
  };
  return std::visit(Described{}, event);
}

bool is_good(const Result<Answer>& answer) { return answer && answer->good(); }

// Versions are opaque, but those of one resource are decimal numbers that grow in every server
// there is. Where they are not, no order is seen.
bool is_older(const std::string& version, const std::string& than) {
  const auto is_number = [](const std::string& text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  };
  if (!is_number(version) || !is_number(than)) return false;
  return version.size() != than.size() ? version.size() < than.size() : version < than;
}

}  // namespace

// Frames and decodes on a worker. What has come is given over before more is read.
class Reflector::WatchBody : public Body, public std::enable_shared_from_this<WatchBody> {
 public:
  WatchBody(Reflector& owner, ApiClient::Post to_loop)
      : owner_(&owner), resource_(owner.resource()), to_loop_(std::move(to_loop)) {}

  void begin() override {
    to_loop_([self = shared_from_this()] {
      if (self->owner_ != nullptr) self->owner_->succeed();
    });
  }

  bool read(std::string_view bytes, Proceed proceed) override {
    std::vector<WatchEvent> events;
    const bool framed = lines_.add(bytes, [&](std::string_view line) {
      if (garbage_) return;
      auto event = decode_watch_event(line, resource_);
      event ? events.push_back(std::move(*event))
            : void(garbage_ = std::move(event.error().message));
    });
    if (!framed) garbage_ = "the API server sent an event that does not end";
    const bool more = !garbage_;
    if (events.empty()) {
      if (more) proceed();
      return more;
    }
    to_loop_([self = shared_from_this(), events = std::move(events), proceed, more]() mutable {
      if (self->owner_ != nullptr) self->owner_->take_events(std::move(events));
      if (more) proceed();
    });
    return more;
  }

  // On the loop.
  void disown() { owner_ = nullptr; }
  const std::optional<std::string>& garbage() const { return garbage_; }  // once it has ended

 private:
  Reflector* owner_;  // on the loop only
  const Resource resource_;
  const ApiClient::Post to_loop_;
  Lines lines_;
  std::optional<std::string> garbage_;
};

class Reflector::PageBody : public Body {
 public:
  explicit PageBody(Resource resource) : resource_(resource) {}

  bool read(std::string_view bytes, Proceed proceed) override {
    text_ += bytes;
    if (text_.size() > kLongestPage) return false;
    proceed();
    return true;
  }

  void end() override { page_ = decode_page(std::exchange(text_, {}), resource_); }

  Result<Page>& page() { return page_; }  // on the loop, once it has ended

 private:
  const Resource resource_;
  std::string text_;
  Result<Page> page_ = failure(ErrorCode::kInvalidInput, "the API server's list is too long");
};

Reflector::Reflector(boost::asio::io_context& io, ApiClient& client, Resource resource,
                     ReflectorTiming timing, Sink sink)
    : client_(client),
      resource_(resource),
      timing_(timing),
      sink_(std::move(sink)),
      backoff_(timing.backoff),
      timer_(std::make_shared<boost::asio::steady_timer>(io)) {}

Reflector::~Reflector() { drop_request(); }

void Reflector::start(bool streams_lists) {
  streams_lists_ = streams_lists;
  list();
}

void Reflector::list() {
  listing_ = true;
  listed_.clear();
  listed_defects_.clear();
  const bool plain = std::exchange(plain_next_, false) || !streams_lists_;
  plain ? list_page("") : stream_list();
}

// Without a resourceVersion: the latest, which is that of the first page for all the others.
void Reflector::list_page(const std::string& continue_token) {
  ApiClient::Query query = {{"limit", std::to_string(kPageSize)}};
  if (!continue_token.empty()) query.emplace_back("continue", continue_token);
  page_ = std::make_shared<PageBody>(resource_);
  request_ = client_.send({path_of(resource_), query}, timing_.list_idle_limit, page_,
                          [this](const auto& answer) { take_page(answer); });
}

void Reflector::take_page(const Result<Answer>& answer) {
  if (!is_good(answer)) return fail(answer, &Reflector::list);
  Result<Page> page = std::move(page_->page());
  if (!page) return fail(tl::unexpected(page.error()), &Reflector::list);
  for (const Object& object : page->objects) {
    Event event = put(object);
    listed_.insert_or_assign(key_of(event), std::move(event));
  }
  for (Defect& defect : page->defects) {
    listed_defects_[defect.object].push_back(std::move(defect));
  }
  if (!page->continue_token.empty()) return list_page(page->continue_token);
  Step step;
  finish_list(page->resource_version, step);
  health_.failure.clear();
  sink_(std::move(step.events));
  watch();
}

// The latest that was written, of any resource.
void Reflector::ask_version() {
  page_ = std::make_shared<PageBody>(resource_);
  request_ = client_.send({path_of(resource_), {{"limit", "1"}}}, timing_.list_idle_limit, page_,
                          [this](const auto& answer) { take_version(answer); });
}

void Reflector::take_version(const Result<Answer>& answer) {
  if (!is_good(answer)) return fail(answer, &Reflector::ask_version);
  const Result<Page>& page = page_->page();
  if (!page) return fail(tl::unexpected(page.error()), &Reflector::ask_version);
  is_older(page->resource_version, version_) ? list() : watch();
}

// Where that does not end, for any reason, pages are tried next.
void Reflector::stream_list() {
  plain_next_ = true;
  open_watch({{"sendInitialEvents", "true"}, {"resourceVersionMatch", "NotOlderThan"}});
}

void Reflector::watch() { open_watch({{"resourceVersion", version_}}); }

void Reflector::open_watch(ApiClient::Query query) {
  const auto seconds = timing_.watch_length.count();
  std::uniform_int_distribution<std::chrono::seconds::rep> length(seconds, 2 * seconds);
  query.insert(query.end(), {{"watch", "true"},
                             {"allowWatchBookmarks", "true"},
                             {"timeoutSeconds", std::to_string(length(random_))}});
  watching_ = std::make_shared<WatchBody>(*this, client_.to_loop());
  heard_ = false;
  began_ = std::chrono::steady_clock::now();
  request_ = client_.send({path_of(resource_), query}, timing_.watch_idle_limit, watching_,
                          [this](const auto& answer) { end_watch(answer); });
}

void Reflector::take_events(std::vector<WatchEvent> events) {
  if (!std::exchange(heard_, true)) backoff_.reset();
  Step step;
  std::string wrong;
  for (WatchEvent& event : events) {
    if (event.type == WatchEvent::Type::kError) {
      wrong = to_string(event.status);
    } else if (!listing_ && is_older(event.resource_version, version_)) {
      wrong = "the API server sent version " + event.resource_version + " after " + version_;
    }
    if (!wrong.empty()) break;
    take_event(std::move(event), step);
  }
  if (!step.events.empty() || step.listed) sink_(std::move(step.events));
  if (wrong.empty()) return;
  drop_request();
  fail(failure(ErrorCode::kIo, wrong), &Reflector::list);
}

void Reflector::take_event(WatchEvent event, Step& step) {
  if (event.change && listing_) {
    take_listed(std::move(event));
  } else if (event.change) {
    version_ = event.resource_version;
    take_change(std::move(event), step);
  } else if (!listing_) {
    version_ = std::move(event.resource_version);
  } else if (event.ends_initial_events) {
    finish_list(event.resource_version, step);
  }
}

void Reflector::take_listed(WatchEvent event) {
  const ObjectKey key = key_of(*event.change);
  listed_defects_.erase(described(*event.change));
  if (event.type == WatchEvent::Type::kDelete) {
    listed_.erase(key);
    return;
  }
  for (Defect& defect : event.defects) {
    listed_defects_[defect.object].push_back(std::move(defect));
  }
  listed_.insert_or_assign(key, std::move(*event.change));
}

void Reflector::take_change(WatchEvent event, Step& step) {
  ObjectKey key = key_of(*event.change);
  defects_.erase(described(*event.change));
  if (event.type == WatchEvent::Type::kDelete) {
    known_.erase(key);
  } else {
    known_.insert(std::move(key));
    for (Defect& defect : event.defects) defects_[defect.object].push_back(std::move(defect));
  }
  step.events.push_back(std::move(*event.change));
}

// What is known but was not listed is gone.
void Reflector::finish_list(const std::string& resource_version, Step& step) {
  for (const ObjectKey& key : known_) {
    if (!listed_.contains(key)) step.events.push_back(removal(resource_, key));
  }
  known_.clear();
  for (auto& [key, event] : listed_) {
    known_.insert(known_.end(), key);
    step.events.push_back(std::move(event));
  }
  listed_.clear();
  plain_next_ = false;
  defects_ = std::exchange(listed_defects_, {});
  version_ = resource_version;
  listing_ = false;
  step.listed = true;
  health_.synced = true;
}

void Reflector::end_watch(const Result<Answer>& answer) {
  const auto garbage = watching_->garbage();
  drop_request();
  if (garbage) return fail(failure(ErrorCode::kInvalidInput, *garbage), &Reflector::list);
  const int code = answer ? answer->code : 0;
  if (listing_ && (code == 400 || code == 422)) {
    streams_lists_ = false;
    return list();
  }
  if (listing_ || code == 410) return fail(answer, &Reflector::list);
  if (!is_good(answer)) return fail(answer, &Reflector::ask_version);
  const auto length = std::chrono::steady_clock::now() - began_;
  const auto enough = heard_ ? timing_.backoff.first : timing_.backoff.longest;
  length >= enough ? watch() : pause({}, &Reflector::watch);
}

void Reflector::pause(std::chrono::milliseconds asked, Next next) {
  timer_->expires_after(backoff_.next(asked));
  timer_->async_wait(
      [this, next, timer = std::weak_ptr(timer_)](const boost::system::error_code& error) {
        if (!error && !timer.expired()) (this->*next)();
      });
}

void Reflector::fail(const Result<Answer>& answer, Next next) {
  const bool was_well = health_.failure.empty();
  std::chrono::milliseconds asked{0};
  if (!answer) {
    health_.failure = answer.error().message;
  } else if (answer->good()) {
    health_.failure = "the list ended before it was complete";
  } else {
    health_.failure = to_string(answer->error);
    asked = answer->retry_after.value_or(std::chrono::seconds{0});
  }
  if (was_well) health_.since = std::chrono::steady_clock::now();
  sink_({});
  pause(asked, next);
}

void Reflector::succeed() {
  if (health_.failure.empty()) return;
  health_.failure.clear();
  sink_({});
}

void Reflector::drop_request() {
  if (watching_) watching_->disown();
  watching_.reset();
  request_ = {};
}

}  // namespace portcullis::k8s

#include "tests/support/api_server/watch_stream.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace portcullis::test::api {
namespace {

using Json = nlohmann::json;

constexpr const char* kHead =
    "HTTP/1.1 200 OK\r\n"
    "Cache-Control: no-cache, private\r\n"
    "Content-Type: application/json\r\n"
    "Transfer-Encoding: chunked\r\n\r\n";
constexpr std::size_t kSentKept = 64;

std::string event_line(const char* type, const Json& object) {
  return std::string("{\"type\":\"") + type + "\",\"object\":" + to_text(object) + "}\n";
}

// An empty object of the resource, as kube-apiserver prints one.
Json bookmark_object(Resource resource, std::uint64_t version) {
  Json object{
      {"kind", info(resource).kind},
      {"apiVersion", info(resource).api_version},
      {"metadata", {{"resourceVersion", std::to_string(version)}, {"creationTimestamp", nullptr}}},
      {"spec", Json::object()}};
  if (resource == Resource::kPods) object["spec"]["containers"] = nullptr;
  if (resource == Resource::kNetworkPolicies) {
    object["spec"]["podSelector"] = Json::object();
  } else {
    object["status"] = Json::object();
  }
  return object;
}

Json expired_status(std::uint64_t asked, std::uint64_t oldest) {
  return status_object(410, "too old resource version: " + std::to_string(asked) + " (" +
                                std::to_string(oldest) + ")");
}

// The others follow the initial events.
bool from_the_start(const Fault& fault) {
  const auto* broken = std::get_if<fault::Break>(&fault);
  return (broken != nullptr && broken->events > 0) || std::holds_alternative<fault::Drip>(fault) ||
         std::holds_alternative<fault::BookmarksOnly>(fault);
}

}  // namespace

WatchStream::WatchStream(const Store& store, WatchRequest request, std::shared_ptr<Output> output)
    : store_(store), request_(std::move(request)), output_(std::move(output)) {}

void WatchStream::start(const std::optional<Fault>& fault) {
  output_->send(kHead);
  version_ = request_.version;
  if (fault && from_the_start(*fault)) disturb(*fault);
  if (request_.initial_events) {
    send_initial_events();
  } else if (request_.version < store_.compacted()) {
    return send_error(expired_status(request_.version, store_.compacted()));
  }
  follow();
  if (fault && !from_the_start(*fault)) disturb(*fault);
}

void WatchStream::send_initial_events() {
  version_ = store_.version();
  for (const auto& [key, object] : store_.contents()) {
    if (key.resource == request_.resource) send_event("ADDED", *object);
  }
}

// As in kube-apiserver, a client with a future version gets nothing until that version has passed.
void WatchStream::follow() {
  if (held_ || ended_) return;
  const auto& changes = store_.changes();
  auto next = std::upper_bound(
      changes.begin(), changes.end(), version_,
      [](std::uint64_t version, const Change& change) { return version < change.version; });
  for (; next != changes.end(); ++next) send_change(*next);
  version_ = std::max(version_, store_.version());
}

void WatchStream::send_change(const Change& change) {
  if (change.key.resource != request_.resource) return;
  send_event(change.deleted ? "DELETED" : change.before ? "MODIFIED" : "ADDED", *change.after);
}

void WatchStream::bookmark() {
  if (!request_.bookmarks || ended_ || version_ > store_.version()) return;
  send_line(event_line("BOOKMARK", bookmark_object(request_.resource, version_)));
}

void WatchStream::send_event(const char* type, const Json& object) {
  send_line(event_line(type, object));
}

void WatchStream::send_line(const std::string& line) {
  if (ended_) return;
  if (break_ && break_->events == 0) return break_in(line);
  if (break_) --break_->events;
  output_->send_chunk(line);
  sent_.push_back(line);
  if (sent_.size() > kSentKept) sent_.pop_front();
}

void WatchStream::send_error(const Json& status) {
  output_->send_chunk(event_line("ERROR", status));
  end();
}

void WatchStream::end() {
  output_->send_chunk("");
  ended_ = true;
}

void WatchStream::break_in(const std::string& line) {
  if (break_->where == fault::Break::Where::kMidChunk) {
    output_->send(half_a_chunk(line));
  } else {
    output_->send_chunk(line.substr(0, line.size() / 2));
  }
  output_->end(break_->ending);
  ended_ = break_->ending != fault::Ending::kHang;
}

void WatchStream::disturb(const Fault& fault) {
  if (ended_) return;
  std::visit([this](const auto& kind) { apply(kind); }, fault);
}

void WatchStream::apply(const fault::Refuse& fault) {
  send_error(Json::parse(usual_refusal(fault.code, fault.retry_after).body));
}

void WatchStream::apply(const fault::ErrorEvent& fault) { apply(fault::Refuse{fault.code}); }

// Without a first event, the last one is repeated and broken off.
void WatchStream::apply(const fault::Break& fault) {
  break_ = fault;
  if (fault.events > 0) return;
  break_in(sent_.empty() ? event_line("BOOKMARK", bookmark_object(request_.resource, version_))
                         : std::string(sent_.back()));
}

void WatchStream::apply(const fault::Drip& fault) { output_->drip(fault.pause); }

void WatchStream::apply(const fault::Garbage& fault) { output_->send_chunk(fault.text + "\n"); }

void WatchStream::apply(const fault::EndlessLine&) {
  output_->send_chunk(R"({"type":"ADDED","object":{"metadata":{"annotations":{"x":")");
  output_->flood();
}

void WatchStream::apply(const fault::Replay& fault) {
  const std::size_t count = std::min(fault.events, sent_.size());
  const std::deque<std::string> lines(sent_.end() - static_cast<std::ptrdiff_t>(count),
                                      sent_.end());
  for (const auto& line : lines) output_->send_chunk(line);
}

void WatchStream::apply(const fault::BookmarksOnly&) { held_ = true; }

void WatchStream::apply(const fault::Silence&) { output_->end(fault::Ending::kHang); }

}  // namespace portcullis::test::api

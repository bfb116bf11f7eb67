#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "tests/support/api_server/output.h"
#include "tests/support/api_server/reply.h"
#include "tests/support/api_server/server.h"
#include "tests/support/api_server/store.h"

namespace portcullis::test::api {

struct WatchRequest {
  Resource resource = Resource::kPods;
  std::uint64_t version = 0;    // what the client knows
  bool initial_events = false;  // ADDED events for what is there
  bool bookmarks = false;
  std::chrono::seconds timeout{0};  // 0: none
};

std::variant<WatchRequest, Reply> parse_watch(const Request& request);

// The response to one watch. Not thread safe; `store` outlives it.
class WatchStream {
 public:
  WatchStream(const Store& store, WatchRequest request, std::shared_ptr<Output> output);

  Resource resource() const { return request_.resource; }

  // Nothing more is sent; the connection may serve another request.
  bool ended() const { return ended_; }

  // Sends the initial events. The fault is that of the request.
  void start(const std::optional<Fault>& fault);

  void follow();  // sends what has changed since
  void bookmark();
  void disturb(const Fault& fault);
  void end();  // regularly

 private:
  void send_initial_events();
  void send_change(const Change& change);
  void send_event(const char* type, const nlohmann::json& object);
  void send_line(const std::string& line);
  void send_error(const nlohmann::json& status);
  void break_in(const std::string& line);

  void apply(const fault::Refuse& fault);
  void apply(const fault::ErrorEvent& fault);
  void apply(const fault::Break& fault);
  void apply(const fault::Drip& fault);
  void apply(const fault::Garbage& fault);
  void apply(const fault::EndlessLine&);
  void apply(const fault::Replay& fault);
  void apply(const fault::BookmarksOnly&);
  void apply(const fault::Silence&);

  const Store& store_;
  const WatchRequest request_;
  std::shared_ptr<Output> output_;
  std::uint64_t version_ = 0;  // of the last change that was looked at
  bool held_ = false;          // events are kept back
  bool ended_ = false;
  std::optional<fault::Break> break_;
  std::deque<std::string> sent_;  // the last ones
};

}  // namespace portcullis::test::api

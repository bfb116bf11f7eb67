#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <unordered_set>
#include <vector>

#include "compiler/model/update.h"
#include "k8s-client/decode/messages.h"
#include "k8s-client/watch/alarm.h"
#include "k8s-client/watch/api_client.h"
#include "k8s-client/watch/backoff.h"
#include "k8s-client/watch/bodies.h"

namespace portcullis::k8s {

struct ReflectorTiming {
  std::chrono::milliseconds start_delay{0};  // before the first request
  Backoff::Limits backoff{};
  std::chrono::seconds list_idle_limit{30};
  std::chrono::seconds slow_list{120};  // a list that takes longer counts as a failure, but goes on
  std::chrono::seconds bookmark_interval{60};  // the server sends a bookmark in each interval
  std::chrono::seconds watch_idle_limit{75};   // without events; longer than bookmark_interval
  std::chrono::seconds watch_length{300};      // requested from the server, up to twice this
};

// Follows the objects of one kind: LIST, then WATCH from there, endlessly.
//
//     list ---- everything has come ----> watch --- the stream ends --.
//       ^                                   ^                         |
//       |                                   '-- the version is known -+
//       '-- the version is not, or what came makes no sense ----------'
//
// with a pause before each way back except after a stream that ended normally. A stream that ends
// or breaks resumes from the last seen version, which loses nothing. A list is reported as a whole,
// once it is complete: what it lacks is gone. Everything runs on the io_context's thread.
//
// Silence is not health: a proxy may buffer a stream. If streams brought nothing for a bookmark
// interval although the server's version has advanced, everything is listed again; and if the list
// has a change that the stream should have reported, streams count as failing until one brings
// something, while the lists continue.
class Reflector {
 public:
  // The state of following. While everything is well, `failure` is empty.
  struct Health {
    bool synced = false;                          // everything was listed once
    std::string failure;                          // why nothing is received: "403 Forbidden: ..."
    std::chrono::steady_clock::time_point since;  // the last data before the failure

    bool operator==(const Health&) const = default;
  };

  // Called with a list, or with the changes of one step, to be applied together; or, empty, where
  // only the health has changed.
  using Sink = std::function<void(Update)>;

  Reflector(boost::asio::io_context& io, ApiClient& client, Kind kind, ReflectorTiming timing,
            Sink sink);
  Reflector(const Reflector&) = delete;
  Reflector& operator=(const Reflector&) = delete;
  ~Reflector();

  void start();

  Kind kind() const { return kind_; }
  const Health& health() const { return health_; }

  std::size_t known() const { return known_.size(); }  // existing objects, as far as it was told

  // For the existing objects.
  using Defects = std::map<ObjectKey, std::vector<Defect>>;
  const Defects& defects() const { return defects_; }

 private:
  using Clock = std::chrono::steady_clock;
  using Next = void (Reflector::*)();

  ApiClient::Call call(ApiClient::Query query) const;
  void list();
  void list_page(const std::string& continue_token);
  void expect_list();
  void report_slow_list();
  void take_page(const Result<ApiClient::Answer>& answer, const std::string& continue_token);
  bool whole_next(const Result<ApiClient::Answer>& answer, bool first) const;
  void watch();
  void take_opened();
  void check_watch();
  void take_events(std::vector<WatchEvent> events);
  std::string wrong_with(const WatchEvent& event) const;
  void take_listed(Event event, std::vector<Defect> defects);
  void take_change(WatchEvent event, Update& update);
  void finish_list(const std::string& resource_version, Update& update);
  void end_watch(const Result<ApiClient::Answer>& answer);
  void resume(const Result<ApiClient::Answer>& answer);
  void ask_version();
  void take_version(const Result<ApiClient::Answer>& answer);
  bool has_lasted() const;
  bool is_unheard() const { return Clock::now() - told_at_ >= timing_.bookmark_interval; }
  void judge_watch();

  void pause(std::chrono::milliseconds asked, Next next);
  void wait(std::chrono::milliseconds delay, Next next);
  void report_failure(std::string failure);
  void fail(const Result<ApiClient::Answer>& answer, Next next);
  void hear();
  void leave_watch();

  ApiClient& client_;
  const Kind kind_;
  const ReflectorTiming timing_;
  const Sink sink_;
  bool protobuf_ = preferred_encoding(kind_) == Encoding::kProtobuf;  // the server's lists
  bool whole_ = protobuf_;  // how the next list begins: in one piece, or in pages
  Backoff backoff_;
  Alarm alarm_;
  std::mt19937_64 random_{std::random_device{}()};

  std::shared_ptr<WatchBody> stream_;  // of the request, if it is a watch
  std::shared_ptr<PageBody> page_;     // if it is a page
  ApiClient::Request request_;
  bool opened_ = false;                        // the watch was accepted
  bool heard_ = false;                         // and brought data
  Clock::time_point opened_at_;                // the watch
  std::chrono::seconds length_{0};             // that was requested for it
  Clock::time_point heard_at_ = Clock::now();  // anything
  Clock::time_point told_at_;                  // the last event of a stream, or complete list
  bool doubted_ = false;                       // the current list shows whether streams work
  bool unreported_ = false;                    // it has a change that no stream has reported
  std::string silent_;                         // why streams count as failing; empty: they do not

  std::string version_;                    // the last one seen: a watch continues there
  std::unordered_set<std::size_t> known_;  // hashes of the objects' keys
  Defects defects_;
  bool listing_ = false;
  std::size_t page_size_ = 0;  // of the current list, as an index
  std::size_t listed_count_ = 0;
  std::map<ObjectKey, Event> listed_;  // the current list so far
  Defects listed_defects_;
  std::string listed_version_;
  Health health_;
};

}  // namespace portcullis::k8s

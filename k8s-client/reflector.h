#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "compiler/event.h"
#include "k8s-client/api_client.h"
#include "k8s-client/backoff.h"
#include "k8s-client/messages.h"
#include "k8s-client/resource.h"

namespace portcullis::k8s {

struct ReflectorTiming {
  Backoff::Limits backoff{};
  std::chrono::seconds list_idle_limit{30};
  std::chrono::seconds watch_idle_limit{150};  // the server sends a bookmark every minute or so
  std::chrono::seconds watch_length{300};      // that the server is asked for, up to twice this
};

// Follows one resource: LIST, then WATCH from there, for ever.
//
//       list ---(all of it)---> watch <---(regular end)---.
//        ^                        |----------------------'
//        |-- 410, ERROR,          |
//        |   out of order,        | torn, silent, refused
//        |   garbage              v
//        '--(it went back)--- the server's version ---(it did not)---> watch
//
// with a backoff after each failure. A stream that ends or tears is resumed from the last version
// seen, which loses nothing; where the server no longer has that version, or what it sent makes no
// sense, everything is listed again and compared with what is known, so that nothing is dropped or
// reopened meanwhile. A server that was restored from a backup gives the same versions out again,
// and says nothing to who knows one of its future: so it is asked for its version before a torn
// stream is resumed. Everything runs on the io_context's thread.
class Reflector {
 public:
  // How the following goes. Not while everything is well: `failure` is empty then.
  struct Health {
    bool synced = false;  // everything was listed once
    std::string failure;  // why nothing can be heard at the moment: "403 Forbidden: ..."
    std::chrono::steady_clock::time_point since;  // of the failure

    bool operator==(const Health&) const = default;
  };

  // Called with what has changed in one step, to be applied together: objects, the health, or both.
  using Sink = std::function<void(std::vector<Event>)>;

  Reflector(boost::asio::io_context& io, ApiClient& client, Resource resource,
            ReflectorTiming timing, Sink sink);
  Reflector(const Reflector&) = delete;
  Reflector& operator=(const Reflector&) = delete;
  ~Reflector();

  // `streams_lists`: whether the server can send a list as the beginning of a watch.
  void start(bool streams_lists);

  Resource resource() const { return resource_; }
  const Health& health() const { return health_; }

  // Of the objects that are there, by what they call themselves ("NetworkPolicy default/api").
  using Defects = std::map<std::string, std::vector<Defect>>;
  const Defects& defects() const { return defects_; }

 private:
  class WatchBody;
  class PageBody;
  struct Step {
    std::vector<Event> events;
    bool listed = false;  // everything, this step included
  };
  using Next = void (Reflector::*)();

  void list();
  void list_page(const std::string& continue_token);
  void take_page(const Result<ApiClient::Answer>& answer);
  void ask_version();
  void take_version(const Result<ApiClient::Answer>& answer);
  void stream_list();
  void watch();
  void open_watch(ApiClient::Query query);
  void take_events(std::vector<WatchEvent> events);
  void take_event(WatchEvent event, Step& step);
  void take_listed(WatchEvent event);
  void take_change(WatchEvent event, Step& step);
  void end_watch(const Result<ApiClient::Answer>& answer);
  void finish_list(const std::string& resource_version, Step& step);

  void pause(std::chrono::milliseconds asked, Next next);
  void fail(const Result<ApiClient::Answer>& answer, Next next);
  void succeed();
  void drop_request();

  ApiClient& client_;
  const Resource resource_;
  const ReflectorTiming timing_;
  const Sink sink_;
  bool streams_lists_ = false;
  bool plain_next_ = false;  // the last list was streamed, and did not end
  Backoff backoff_;
  const std::shared_ptr<boost::asio::steady_timer> timer_;  // of which its handler knows us alive
  std::mt19937_64 random_{std::random_device{}()};

  std::shared_ptr<WatchBody> watching_;  // of the request, as far as it is a watch
  std::shared_ptr<PageBody> page_;       // or a page
  ApiClient::Request request_;
  std::chrono::steady_clock::time_point began_;  // the watch
  bool heard_ = false;                           // something, in the watch

  std::string version_;                // the last one seen: a watch goes on there
  std::set<ObjectKey> known_;          // the keys of all objects told of
  Defects defects_;                    // of those
  bool listing_ = false;               // a list is under way
  std::map<ObjectKey, Event> listed_;  // what it has brought so far
  Defects listed_defects_;
  Health health_;
};

}  // namespace portcullis::k8s

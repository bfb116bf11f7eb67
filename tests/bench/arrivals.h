#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "tests/bench/commits.h"
#include "tests/support/kube/api_client.h"

namespace portcullis::bench {

// The arrival times at a watch that does nothing else: the reference for what follows a watch.
class Arrivals {
 public:
  // For a resource: "/api/v1/pods".
  Arrivals(const test::ApiClient::Setup& setup, const std::string& path);

  // The time of the event with this resourceVersion. None: not within `patience`.
  std::optional<Clock::time_point> wait_for(const std::string& version,
                                            std::chrono::milliseconds patience);

 private:
  void take(std::string_view line);

  test::ApiClient client_;
  std::mutex mutex_;  // of what follows
  std::condition_variable news_;
  std::map<std::string, Clock::time_point> times_;
  std::jthread thread_;
};

// The first resourceVersion in an object's JSON, which is the object's; "" if there is none.
std::string version_in(std::string_view json);

}  // namespace portcullis::bench

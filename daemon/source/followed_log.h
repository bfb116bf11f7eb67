#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/source/source.h"

namespace portcullis {

// Log lines about following a source. A failure that several resources share, such as an
// unreachable server, is logged once: for the first of them. Its end is logged for the same
// resource, when the last one has recovered. A resource has one such pair a minute at most: a
// failure that comes and goes, or is another one each time, is logged when it stands after that.
class FollowedLog {
 public:
  using Clock = std::chrono::steady_clock;

  struct News {
    std::vector<std::string> warnings{};
    std::vector<std::string> infos{};
  };

  News take(const std::vector<Following>& followed, Clock::time_point now = Clock::now());

 private:
  bool may_warn(const std::string& what, Clock::time_point now);

  std::set<std::string> logged_;                    // the failures that stand and were logged
  std::map<std::string, std::string> failing_;      // by resource: the last one logged for it
  std::map<std::string, Clock::time_point> since_;  // by resource: when
};

}  // namespace portcullis

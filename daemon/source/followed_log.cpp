#include "daemon/source/followed_log.h"

#include <algorithm>

namespace portcullis {
namespace {

constexpr std::chrono::minutes kPause{1};

}  // namespace

FollowedLog::News FollowedLog::take(const std::vector<Following>& followed, Clock::time_point now) {
  std::erase_if(logged_, [&](const std::string& failure) {
    return std::ranges::find(followed, failure, &Following::trouble) == followed.end();
  });
  News news;
  for (const Following& each : followed) {
    const auto failed = failing_.find(each.what);
    if (each.trouble.empty()) {
      if (failed == failing_.end() || logged_.contains(failed->second)) continue;
      news.infos.push_back("following " + each.what + " again");
      failing_.erase(failed);
    } else if (!logged_.contains(each.trouble) && may_warn(each.what, now)) {
      news.warnings.push_back("cannot follow " + each.what + ", retrying: " + each.trouble);
      logged_.insert(each.trouble);
      failing_[each.what] = each.trouble;
    }
  }
  return news;
}

bool FollowedLog::may_warn(const std::string& what, Clock::time_point now) {
  const auto [since, is_first] = since_.try_emplace(what, now);
  if (!is_first && now - since->second < kPause) return false;
  since->second = now;
  return true;
}

}  // namespace portcullis

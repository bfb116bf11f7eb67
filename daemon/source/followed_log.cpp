#include "daemon/source/followed_log.h"

#include <algorithm>

namespace portcullis {

FollowedLog::News FollowedLog::take(const std::vector<Following>& followed) {
  News news;
  const auto stands = [this](const std::string& failure) {
    return std::ranges::any_of(failures_, [&](const auto& one) { return one.second == failure; });
  };
  for (const Following& now : followed) {
    const auto before = failures_.find(now.what);
    if (before == failures_.end() && !now.trouble.empty()) {
      if (!stands(now.trouble)) {
        news.warnings.push_back("cannot follow " + now.what + ", retrying: " + now.trouble);
      }
      failures_[now.what] = now.trouble;
    } else if (before != failures_.end() && now.trouble.empty()) {
      const auto failure = before->second;
      failures_.erase(before);
      if (!stands(failure)) news.infos.push_back("following " + now.what + " again");
    }
  }
  return news;
}

}  // namespace portcullis

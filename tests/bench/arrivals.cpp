#include "tests/bench/arrivals.h"

namespace portcullis::bench {

Arrivals::Arrivals(const test::ApiClient::Setup& setup, const std::string& path)
    : client_(setup), thread_([this, path](const std::stop_token& stop) {
        client_.follow(path + "?watch=true", stop, [this](auto line) { take(line); });
      }) {}

void Arrivals::take(std::string_view line) {
  const auto now = Clock::now();
  auto version = version_in(line);
  if (version.empty()) return;
  const std::lock_guard lock(mutex_);
  times_.emplace(std::move(version), now);
  news_.notify_all();
}

std::optional<Clock::time_point> Arrivals::wait_for(const std::string& version,
                                                    std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  const auto there = [&] { return times_.contains(version); };
  if (!news_.wait_for(lock, patience, there)) return std::nullopt;
  return times_.at(version);
}

std::string version_in(std::string_view json) {
  constexpr std::string_view kBefore = "\"resourceVersion\":\"";
  const auto before = json.find(kBefore);
  if (before == json.npos) return "";
  json.remove_prefix(before + kBefore.size());
  return std::string(json.substr(0, json.find('"')));
}

}  // namespace portcullis::bench

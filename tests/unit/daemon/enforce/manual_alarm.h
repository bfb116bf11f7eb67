#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/base/alarm.h"

namespace portcullis::test {

class ManualAlarm;

// Time that passes only when a test advances it.
class ManualTime {
 public:
  using Clock = Alarm::Clock;

  Clock::time_point now() const { return Clock::time_point(Clock::duration(passed_)); }

  // From any thread. Rings no alarm.
  void pass(Clock::duration duration) { passed_ += duration.count(); }

  // Advances to the next alarm and rings it; false if none is set for `end` or earlier: then the
  // time is `end`.
  bool ring_next(Clock::time_point end);

 private:
  friend ManualAlarm;

  void go_on_to(Clock::time_point when) {
    passed_ = std::max(passed_.load(), when.time_since_epoch().count());
  }

  std::atomic<Clock::rep> passed_ = 0;
  std::vector<ManualAlarm*> alarms_;
};

// An alarm of that time, which must outlive it.
class ManualAlarm final : public Alarm {
 public:
  explicit ManualAlarm(ManualTime& time) : time_(time) { time_.alarms_.push_back(this); }
  ManualAlarm(const ManualAlarm&) = delete;
  ManualAlarm& operator=(const ManualAlarm&) = delete;
  ~ManualAlarm() override { std::erase(time_.alarms_, this); }

  Clock::time_point now() const override { return time_.now(); }
  void set(Clock::time_point when, std::function<void()> ring) override {
    when_ = when;
    ring_ = std::move(ring);
  }

 private:
  friend ManualTime;

  ManualTime& time_;
  Clock::time_point when_ = Clock::time_point::max();
  std::function<void()> ring_;
};

inline bool ManualTime::ring_next(Clock::time_point end) {
  const auto first = std::ranges::min_element(alarms_, {}, &ManualAlarm::when_);
  if (first == alarms_.end() || !(*first)->ring_ || (*first)->when_ > end) {
    go_on_to(end);
    return false;
  }
  go_on_to((*first)->when_);
  (*first)->when_ = Clock::time_point::max();
  std::exchange((*first)->ring_, {})();
  return true;
}

}  // namespace portcullis::test

#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>

namespace portcullis {

// A clock with one alarm, for a component that waits on the event loop. Tests use one whose time
// they control (tests/unit/daemon/enforce/manual_alarm.h).
class Alarm {
 public:
  using Clock = std::chrono::steady_clock;

  virtual ~Alarm() = default;

  virtual Clock::time_point now() const = 0;  // from any thread

  // Calls `ring` once at `when` or later, from the loop and never from within set(). Replaces the
  // previous alarm.
  virtual void set(Clock::time_point when, std::function<void()> ring) = 0;
};

// On the io_context's thread; the io_context must not run after this is destroyed.
class LoopAlarm final : public Alarm {
 public:
  explicit LoopAlarm(boost::asio::io_context& io) : timer_(io) {}

  Clock::time_point now() const override { return Clock::now(); }
  void set(Clock::time_point when, std::function<void()> ring) override;

 private:
  boost::asio::steady_timer timer_;
  std::uint64_t turn_ = 0;  // a completion of an earlier turn is stale
};

}  // namespace portcullis

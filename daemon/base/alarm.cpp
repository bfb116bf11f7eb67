#include "daemon/base/alarm.h"

#include <utility>

namespace portcullis {

void LoopAlarm::set(Clock::time_point when, std::function<void()> ring) {
  timer_.expires_at(when);
  timer_.async_wait(
      [this, ring = std::move(ring), turn = ++turn_](const boost::system::error_code& error) {
        if (!error && turn == turn_) ring();
      });
}

}  // namespace portcullis

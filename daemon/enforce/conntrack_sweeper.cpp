#include "daemon/enforce/conntrack_sweeper.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

namespace portcullis {

ConntrackSweeper::ConntrackSweeper(boost::asio::io_context& io, Forget forget, SweeperTiming timing,
                                   Sink sink)
    : ConntrackSweeper(io, std::make_unique<LoopAlarm>(io), std::move(forget), timing,
                       std::move(sink)) {}

ConntrackSweeper::ConntrackSweeper(boost::asio::io_context& io, std::unique_ptr<Alarm> alarm,
                                   Forget forget, SweeperTiming timing, Sink sink)
    : io_(io),
      forget_(std::move(forget)),
      timing_(timing),
      sink_(std::move(sink)),
      alarm_(std::move(alarm)) {}

void ConntrackSweeper::lose(const std::vector<Address>& addresses) {
  lost_.insert(addresses.begin(), addresses.end());
}

void ConntrackSweeper::enforced() {
  due_.merge(lost_);
  lost_.clear();
  if (state_ == State::kIdle) sweep_if_due();
}

void ConntrackSweeper::sweep_if_due() {
  state_ = due_.empty() ? State::kIdle : State::kSweeping;
  if (due_.empty()) return;
  Sweep sweep{{due_.begin(), due_.end()}, {}, {}};
  due_.clear();
  boost::asio::post(thread_, [this, sweep = std::move(sweep)]() mutable {
    const auto start = alarm_->now();
    auto forgotten = forget_(sweep.addresses);
    const auto took = alarm_->now() - start;
    if (forgotten) {
      sweep.forgotten = *forgotten;
    } else {
      sweep.error = std::move(forgotten.error());
    }
    boost::asio::post(
        io_, [this, sweep = std::move(sweep), took]() mutable { finish(std::move(sweep), took); });
  });
}

// A failed sweep may have taken long, too.
void ConntrackSweeper::finish(Sweep sweep, Alarm::Clock::duration took) {
  if (sweep.error) {
    due_.insert(sweep.addresses.begin(), sweep.addresses.end());
    delay_ = std::clamp(delay_ * 2, timing_.first_retry, timing_.last_retry);
  } else {
    delay_ = {};
  }
  pause(std::max<Alarm::Clock::duration>(took * timing_.rest, delay_));
  sink_(sweep);
}

void ConntrackSweeper::pause(Alarm::Clock::duration length) {
  state_ = State::kPausing;
  alarm_->set(alarm_->now() + length, [this] { sweep_if_due(); });
}

}  // namespace portcullis

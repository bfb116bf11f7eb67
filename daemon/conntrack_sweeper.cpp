#include "daemon/conntrack_sweeper.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

namespace portcullis {

ConntrackSweeper::ConntrackSweeper(boost::asio::io_context& io, Forget forget, SweeperTiming timing,
                                   Sink sink)
    : io_(io), forget_(std::move(forget)), timing_(timing), sink_(std::move(sink)), timer_(io) {}

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
    const auto start = Clock::now();
    auto forgotten = forget_(sweep.addresses);
    const auto took = Clock::now() - start;
    if (forgotten) {
      sweep.forgotten = *forgotten;
    } else {
      sweep.error = std::move(forgotten.error());
    }
    boost::asio::post(
        io_, [this, sweep = std::move(sweep), took]() mutable { finish(std::move(sweep), took); });
  });
}

void ConntrackSweeper::finish(Sweep sweep, Clock::duration took) {
  if (sweep.error) {
    due_.insert(sweep.addresses.begin(), sweep.addresses.end());
    delay_ = std::clamp(delay_ * 2, timing_.first_retry, timing_.last_retry);
    pause(delay_);
  } else {
    delay_ = {};
    pause(std::min<Clock::duration>(took * timing_.rest, timing_.longest_rest));
  }
  sink_(sweep);
}

void ConntrackSweeper::pause(Clock::duration length) {
  state_ = State::kPausing;
  timer_.expires_after(length);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) sweep_if_due();
  });
}

}  // namespace portcullis

#include "daemon/enforce/quarantine_check.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <iterator>
#include <utility>

namespace portcullis {

QuarantineCheck::QuarantineCheck(boost::asio::io_context& io, Ask ask, QuarantineTiming timing,
                                 Sink sink)
    : io_(io),
      ask_(std::move(ask)),
      timing_(timing),
      sink_(std::move(sink)),
      delay_(timing.first_rest),
      timer_(io) {}

void QuarantineCheck::watch(std::set<Address> addresses) {
  bool news = false;
  for (const auto& address : addresses) {
    if (watched_.contains(address)) continue;
    fresh_.insert(address);
    news = true;
  }
  watched_ = std::move(addresses);
  if (news) delay_ = timing_.first_rest;
  if (state_ == State::kIdle) look_if_needed();
  if (state_ == State::kResting && news) rest_until(earliest_);
}

void QuarantineCheck::hurry() {
  delay_ = timing_.first_rest;
  if (state_ == State::kResting) rest_until(earliest_);
}

void QuarantineCheck::look_if_needed() {
  state_ = watched_.empty() ? State::kIdle : State::kLooking;
  fresh_.clear();
  if (watched_.empty()) return;
  boost::asio::post(thread_, [this, asked = std::vector(watched_.begin(), watched_.end())] {
    const auto start = Clock::now();
    auto attached = ask_(asked);
    const auto took = Clock::now() - start;
    boost::asio::post(io_, [this, asked, attached = std::move(attached), took] {
      finish(asked, attached, took);
    });
  });
}

void QuarantineCheck::finish(std::vector<Address> asked, Result<std::vector<Address>> attached,
                             Clock::duration took) {
  QuarantineLook look;
  std::erase_if(asked, [&](const Address& address) {
    return fresh_.contains(address) || !watched_.contains(address);
  });
  if (attached) {
    std::set_intersection(asked.begin(), asked.end(), attached->begin(), attached->end(),
                          std::back_inserter(look.attached));
    std::set_difference(asked.begin(), asked.end(), attached->begin(), attached->end(),
                        std::back_inserter(look.gone));
  } else {
    look.error = std::move(attached.error());
  }
  earliest_ = Clock::now() + std::max<Clock::duration>(took * timing_.rest, timing_.first_rest);
  rest_until(std::max(earliest_, Clock::now() + delay_));
  if (fresh_.empty()) delay_ = std::min(delay_ * 2, timing_.last_rest);
  sink_(look);
}

void QuarantineCheck::rest_until(Clock::time_point when) {
  state_ = State::kResting;
  timer_.expires_at(when);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && state_ == State::kResting) look_if_needed();
  });
}

}  // namespace portcullis

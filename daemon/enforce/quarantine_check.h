#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "compiler/base/address.h"
#include "compiler/base/result.h"

namespace portcullis {

struct QuarantineTiming {
  // After a check it rests for this many times its duration, and at least first_rest, which doubles
  // up to last_rest while no new address is quarantined.
  int rest = 4;
  std::chrono::milliseconds first_rest{100};
  std::chrono::milliseconds last_rest{5'000};
};

// The result of one check of the node's interfaces.
struct QuarantineLook {
  std::vector<Address> attached;  // still on the node, sorted
  std::vector<Address> gone;      // no longer on the node, sorted
  std::optional<Error> error;     // nothing is known: everything stays closed
};

// Checks whether the node still has the quarantined addresses, while there are any; new ones at
// once. An error only changes the time of the next check.
//
//             watch()           done                 watch() with new ones, or timer
//     kIdle ----------> kLooking ----> kResting  ------------------------------------> kLooking
//       ^                                  |
//       '---- nothing is in quarantine ----'
//
// All calls and the sink run on the io_context's thread, `ask` on its own thread. The destructor
// waits for a running check; the io_context must not run after it.
class QuarantineCheck {
 public:
  enum class State : std::uint8_t { kIdle, kLooking, kResting };
  // The addresses among these that the node has.
  using Ask = std::function<Result<std::vector<Address>>(const std::vector<Address>&)>;
  using Sink = std::function<void(const QuarantineLook&)>;

  QuarantineCheck(boost::asio::io_context& io, Ask ask, QuarantineTiming timing, Sink sink);
  QuarantineCheck(const QuarantineCheck&) = delete;
  QuarantineCheck& operator=(const QuarantineCheck&) = delete;

  // The current quarantine. A check that began before an address was added does not cover it.
  void watch(std::set<Address> addresses);

  // Something has changed on the node: checks again as soon as it may.
  void hurry();

  State state() const { return state_; }

 private:
  using Clock = std::chrono::steady_clock;

  void look_if_needed();
  void finish(std::vector<Address> asked, Result<std::vector<Address>> attached,
              Clock::duration took);
  void rest_until(Clock::time_point when);

  boost::asio::io_context& io_;
  const Ask ask_;
  const QuarantineTiming timing_;
  const Sink sink_;
  State state_ = State::kIdle;
  std::set<Address> watched_;
  std::set<Address> fresh_;  // added since the last check began
  std::chrono::milliseconds delay_{0};
  Clock::time_point earliest_{};  // when the next check may begin
  boost::asio::steady_timer timer_;
  boost::asio::thread_pool thread_{1};  // destroyed first: it uses the above
};

}  // namespace portcullis

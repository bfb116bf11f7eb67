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

#include "compiler/address.h"
#include "compiler/result.h"

namespace portcullis {

struct QuarantineTiming {
  // After a look it rests so many times as long as the look took, and at least first_rest, which
  // doubles up to last_rest while nothing new is in quarantine.
  int rest = 4;
  std::chrono::milliseconds first_rest{100};
  std::chrono::milliseconds last_rest{5'000};
};

// What one look at the node's interfaces found.
struct QuarantineLook {
  std::vector<Address> attached;  // what the node still has, sorted
  std::vector<Address> gone;      // what it has no longer, sorted
  std::optional<Error> error;     // nothing is known: everything stays closed
};

// Looks whether the node still has the addresses that are in quarantine, for as long as there are
// any; at those that came new at once. An error changes nothing but the time of the next look.
//
//             watch()           done                 watch() with new ones, or timer
//     kIdle ----------> kLooking ----> kResting  ------------------------------------> kLooking
//       ^                                  |
//       '---- nothing is in quarantine ----'
//
// All calls and the sink run on the io_context's thread, `ask` on a thread of its own. The
// destructor waits for the look under way; the io_context must not run any more after it.
class QuarantineCheck {
 public:
  enum class State : std::uint8_t { kIdle, kLooking, kResting };
  // Which of the addresses the node has.
  using Ask = std::function<Result<std::vector<Address>>(const std::vector<Address>&)>;
  using Sink = std::function<void(const QuarantineLook&)>;

  QuarantineCheck(boost::asio::io_context& io, Ask ask, QuarantineTiming timing, Sink sink);
  QuarantineCheck(const QuarantineCheck&) = delete;
  QuarantineCheck& operator=(const QuarantineCheck&) = delete;

  // What is in quarantine now. A look that began before an address came says nothing of it.
  void watch(std::set<Address> addresses);

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
  std::set<Address> fresh_;  // those that came since the last look began
  std::chrono::milliseconds delay_{0};
  Clock::time_point earliest_{};  // when the next look may begin
  boost::asio::steady_timer timer_;
  boost::asio::thread_pool thread_{1};  // destroyed first: it uses what is above
};

}  // namespace portcullis

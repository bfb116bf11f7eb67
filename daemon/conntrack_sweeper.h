#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "compiler/address.h"
#include "compiler/result.h"
#include "daemon/alarm.h"
#include "daemon/netlink/conntrack.h"

namespace portcullis {

struct SweeperTiming {
  // After a sweep, failed or not, it rests so many times as long as the sweep took, however long
  // that was: pods that come and go all the time and a huge table take a fifth of a core.
  int rest = 4;
  std::chrono::milliseconds first_retry{100};  // doubles with each failure in a row
  std::chrono::milliseconds last_retry{5'000};
};

// What one sweep did.
struct Sweep {
  std::vector<Address> addresses;
  nl::Forgotten forgotten;
  std::optional<Error> error;  // some entries may be left; the next sweep has the addresses again
};

// Has the kernel forget the connections of addresses that changed hands, so that none that an old
// owner made lets traffic in to the new one, or out of it.
//
//     lose(addresses)         enforced()           a sweep, on a thread of its own
//               they wait -------------> due -----------------------------> forgotten
//                                         ^                      |
//                                         '------- failed -------'
//
// An address is due only once the kernel enforces the new ownership: before, the old rules would
// let its connections come back. What becomes due during a sweep or the pause after it coalesces.
// A sweep that was late, for it had failed, also ends connections that the new owner made
// meanwhile.
//
//               enforced()            done
//     kIdle ----------------> kSweeping ----> kPausing: to rest, or before it tries again
//       ^                        ^                |
//       | nothing is due         | due            | timer
//       '------------------------+----------------'
//
// All calls and the sink run on the io_context's thread, `forget` on the thread of its own. The
// destructor waits for the sweep under way; the io_context must not run any more after it.
class ConntrackSweeper {
 public:
  enum class State : std::uint8_t { kIdle, kSweeping, kPausing };
  using Forget = std::function<Result<nl::Forgotten>(const std::vector<Address>&)>;
  using Sink = std::function<void(const Sweep&)>;

  ConntrackSweeper(boost::asio::io_context& io, Forget forget, SweeperTiming timing, Sink sink);
  // With another clock, which must not be null.
  ConntrackSweeper(boost::asio::io_context& io, std::unique_ptr<Alarm> alarm, Forget forget,
                   SweeperTiming timing, Sink sink);
  ConntrackSweeper(const ConntrackSweeper&) = delete;
  ConntrackSweeper& operator=(const ConntrackSweeper&) = delete;

  // Addresses that are somebody else's in what the kernel is to enforce next.
  void lose(const std::vector<Address>& addresses);

  // The kernel enforces it.
  void enforced();

  State state() const { return state_; }

 private:
  void sweep_if_due();
  void finish(Sweep sweep, Alarm::Clock::duration took);
  void pause(Alarm::Clock::duration length);

  boost::asio::io_context& io_;
  const Forget forget_;
  const SweeperTiming timing_;
  const Sink sink_;
  State state_ = State::kIdle;
  std::set<Address> lost_;
  std::set<Address> due_;
  std::chrono::milliseconds delay_{0};  // before the next retry; 0: the last sweep succeeded
  const std::unique_ptr<Alarm> alarm_;
  boost::asio::thread_pool thread_{1};  // destroyed first: it uses what is above
};

}  // namespace portcullis

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

#include "compiler/base/address.h"
#include "compiler/base/result.h"
#include "daemon/base/alarm.h"
#include "daemon/netlink/conntrack/conntrack.h"

namespace portcullis {

struct SweeperTiming {
  // After a sweep, failed or not, it rests for this many times its duration, so that constant pod
  // churn and a huge table cost a fifth of a core.
  int rest = 4;
  std::chrono::milliseconds first_retry{100};  // doubles with each failure in a row
  std::chrono::milliseconds last_retry{5'000};
};

// The result of one sweep.
struct Sweep {
  std::vector<Address> addresses;
  nl::Forgotten forgotten;
  std::optional<Error> error;  // some entries may be left; the next sweep repeats the addresses
};

// Deletes the kernel's connections of addresses that changed hands, so that no connection of an old
// owner lets traffic in to or out of the new one.
//
//     lose(addresses)         enforced()           a sweep, on its own thread
//               they wait -------------> due -----------------------------> forgotten
//                                         ^                      |
//                                         '------- failed -------'
//
// An address is due only once the kernel enforces the new ownership: before that, the old rules
// would let its connections come back. Addresses that become due during a sweep or the pause after
// it are merged. A late sweep (after a failure) also ends connections that the new owner has opened
// meanwhile.
//
//               enforced()            done
//     kIdle ----------------> kSweeping ----> kPausing: to rest, or before it tries again
//       ^                        ^                |
//       | nothing is due         | due            | timer
//       '------------------------+----------------'
//
// All calls and the sink run on the io_context's thread, `forget` on its own thread. The destructor
// waits for a running sweep; the io_context must not run after it.
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

  // Addresses that have another owner in the ruleset to be enforced next.
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
  boost::asio::thread_pool thread_{1};  // destroyed first: it uses the above
};

}  // namespace portcullis

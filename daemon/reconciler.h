#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diff.h"
#include "compiler/incremental/ruleset_change.h"
#include "compiler/result.h"
#include "daemon/netlink/kernel.h"
#include "daemon/table_monitor.h"

namespace portcullis {

struct ReconcilerTiming {
  std::chrono::milliseconds first_retry{100};  // doubles with each failure in a row
  std::chrono::milliseconds last_retry{30'000};
  std::chrono::milliseconds verify_every{5'000};
  std::chrono::milliseconds remove_after{100};  // more than any packet is under way
};

// What one attempt to bring the kernel to the desired ruleset did.
struct Attempt {
  Transaction committed;       // empty: there was nothing to do, or it failed
  std::optional<Error> error;  // a step failed, those before it hold; trying on after next_try
  // The kernel did not hold what we had left there, and was mended: how we noticed.
  std::optional<std::string> mended;
  std::string culprit;  // who had changed it then: "nft (process 4711)"
  std::chrono::steady_clock::duration took{};
  std::chrono::milliseconds next_try{0};
};

// Brings the kernel's table to the desired ruleset and keeps it there.
//
//                 want()             held in the kernel
//     kWaiting ----------> kDue ------------------------> kHeld
//                           ^ |                           | |
//                           | | failed          want() or | |
//                           | v                verify_every |
//                         kFailed                         | |
//                           | backoff, or want()          | |
//                           +-----> kDue <----------------+-+
//
// kWaiting  nothing is wanted yet: the kernel is neither read nor written.
// kDue      an attempt is queued on the io_context.
// kHeld     the kernel held it when we last looked; a change is committed at once.
// kFailed   the last attempt failed; the kernel decides as it did, or already as wanted.
//
// Where the kernel owns (nl::Kernel::owns()), the table becomes ours alone: an orphan of an earlier
// run is taken over before it is read, for until then anyone may change it, and one that anyone may
// change is replaced. Then there is no need to look whether somebody has.
//
// A change is committed in steps (compiler/steps.h). The last, which removes what nothing refers to
// any more, waits for remove_after, since packets that were under way at the exchange still look it
// up; until then the kernel holds more than is wanted. Where changes follow so fast that very much
// has to go, it waits no longer. A kernel that calls it busy is asked again after as long. What is
// much to prepare, as at a cold start, is sent in batches: packets see none of it before the last.
//
// Of the kernel's table only its generation is remembered. It is dumped at first, after a failure,
// and when others have changed it (listen()), or, every verify_every, its generation is found to be
// another than the one that we made; a dump that equals the desired ruleset commits nothing. A
// change that the kernel refuses is followed by a dump at once; only if that does not help either
// has the attempt failed. All calls and the sink run on the io_context's thread; the io_context
// must not run any more once this is destroyed.
class Reconciler {
 public:
  enum class State : std::uint8_t { kWaiting, kDue, kHeld, kFailed };
  using Sink = std::function<void(const Attempt&)>;
  using Desired = std::function<Ruleset()>;

  // `desired` gives the whole ruleset that is wanted, after every change that want() was told of.
  Reconciler(boost::asio::io_context& io, nl::Kernel kernel, ReconcilerTiming timing,
             Desired desired, Sink sink);
  Reconciler(const Reconciler&) = delete;
  Reconciler& operator=(const Reconciler&) = delete;

  // The desired ruleset has changed so; the first call says that there is one.
  void want(RulesetChange change);

  // Hears from now on of what others do to the table, where they may, and mends it at once; else
  // they are found out by verify_every.
  [[nodiscard]] Result<void> listen();

  // What an attempt would commit if it looked at the kernel now. kNotFound while kWaiting.
  [[nodiscard]] Result<Transaction> difference();

  // What the rules in force have counted.
  [[nodiscard]] Result<std::vector<nl::CounterValue>> counters() { return kernel_.counters(); }

  // What the kernel holds of our table now, whoever left it there.
  [[nodiscard]] Result<Ruleset> in_force();

  // Whether the kernel holds a table of ours that packets pass, of this run or an earlier one (what
  // was only prepared counts for nothing); true if it does not say.
  bool table_enforces();

  State state() const { return state_; }

  // Whether the kernel still holds what the last exchange left behind.
  bool has_stale() const { return removal_due_ != Clock::time_point::max(); }

  std::optional<Ruleset> desired() const;  // none while kWaiting

 private:
  using Clock = std::chrono::steady_clock;

  void suspect(const std::string& culprit);
  void arm(State state, Clock::time_point when);
  void attempt(RulesetChange change);
  Result<Attempt> bring(RulesetChange change);
  Result<Attempt> bring_from_dump();
  Result<nl::Snapshot> take_over();
  Result<Transaction> bring_change(RulesetChange change);
  Result<Transaction> exchange(Transaction todo, Ruleset stale);
  Result<void> commit(Transaction step, Transaction& committed);
  bool is_untouched();

  boost::asio::io_context& io_;
  boost::asio::steady_timer timer_;
  nl::Kernel kernel_;
  std::unique_ptr<TableMonitor> monitor_;  // null: nobody listens, or nobody else may
  const ReconcilerTiming timing_;
  const Desired desired_;
  const Sink sink_;
  State state_ = State::kWaiting;
  std::uint64_t turn_ = 0;         // of the timer: a completion of an earlier turn is stale
  Clock::time_point next_look_{};  // when the kernel's generation is to be looked at again
  Clock::time_point removal_due_ = Clock::time_point::max();  // max: nothing is left behind
  std::chrono::milliseconds delay_{0};       // before the next retry; 0: the last attempt succeeded
  std::optional<std::uint32_t> generation_;  // that we left the kernel in; none: unknown
  std::string culprit_;                      // whom suspect() named since the last dump
  Ruleset left_behind_;                      // what the kernel holds besides what is wanted
};

}  // namespace portcullis

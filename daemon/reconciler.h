#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/incremental/ruleset_change.h"
#include "compiler/result.h"
#include "compiler/ruleset.h"
#include "compiler/transaction.h"
#include "daemon/alarm.h"
#include "daemon/left_behind.h"
#include "daemon/netlink/kernel.h"
#include "daemon/netlink/kernel_table.h"
#include "daemon/table_monitor.h"

namespace portcullis {

struct ReconcilerTiming {
  std::chrono::milliseconds first_retry{100};  // doubles with each failure in a row
  std::chrono::milliseconds last_retry{30'000};
  std::chrono::milliseconds verify_every{5'000};
  std::chrono::milliseconds remove_after{100};  // more than any packet is under way
  // After a dump that commits of others interrupted; doubles each time up to last_retry, and is
  // never less than what the dump took.
  std::chrono::milliseconds first_reread{5};
};

// What one attempt to bring the kernel to the desired ruleset did.
struct Attempt {
  Transaction committed;       // empty: there was nothing to do, or it failed
  std::optional<Error> error;  // a step failed, those before it hold; retrying in next_try
  // The kernel did not hold what we had left there, and was mended: how we noticed.
  std::optional<std::string> mended;
  std::string culprit;  // who had changed it then: "nft (process 4711)"
  // Others may have changed the table, but their commits interrupt every dump of it. What was
  // wanted is committed nevertheless.
  bool unverified = false;
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
//                           | backoff                     | |
//                           +-----> kDue <----------------+-+
//
// kWaiting  nothing is wanted yet: the kernel is neither read nor written.
// kDue      an attempt is queued on the io_context, or waits to read again what was interrupted.
// kHeld     the kernel held it when we last looked; a change is committed at once.
// kFailed   the last attempt failed; the kernel decides as it did, or already as wanted. However
//           much is wanted meanwhile, the next attempt waits for the backoff.
//
// Where the kernel owns (nl::KernelTable::owns()), the table becomes ours alone: an orphan of an
// earlier run is taken over before it is read, for until then anyone may change it, and one that
// anyone may change is replaced. Then there is no need to look whether somebody has.
//
// A change is committed in steps (compiler/steps.h). The last, which removes what nothing refers to
// any more, waits for remove_after, however much that is, since packets that were under way at the
// exchange still look it up; until then the kernel holds more than is wanted (LeftBehind). What the
// kernel calls busy then is removed later. What is much to prepare, as at a cold start, is sent in
// batches: packets see none of it before the last.
//
// Of the kernel's table only its generation is remembered. It is dumped at first, after a failure,
// and when others have changed it: the kernel tells of that (listen()), and every verify_every its
// generation must be the one that our commits, and those to other tables of which it told, have
// led to. A dump that equals the desired ruleset commits nothing. One that a commit interrupts is
// repeated on a later turn of the loop, with backoff; meanwhile changes are committed as long as we
// know what we left in the kernel, else it counts as a failure after some dumps. A change that the
// kernel refuses is followed by a dump at once; only if that does not help either has the attempt
// failed. All calls and the sink run on the io_context's thread; the io_context must not run any
// more once this is destroyed.
class Reconciler {
 public:
  enum class State : std::uint8_t { kWaiting, kDue, kHeld, kFailed };
  using Sink = std::function<void(const Attempt&)>;
  using Desired = std::function<Ruleset()>;

  // `desired` gives the whole ruleset that is wanted, after every change that want() was told of.
  Reconciler(boost::asio::io_context& io, nl::Kernel kernel, ReconcilerTiming timing,
             Desired desired, Sink sink);
  // With another kernel table and another clock. Neither may be null.
  Reconciler(boost::asio::io_context& io, std::unique_ptr<nl::KernelTable> kernel,
             std::unique_ptr<Alarm> alarm, ReconcilerTiming timing, Desired desired, Sink sink);
  Reconciler(const Reconciler&) = delete;
  Reconciler& operator=(const Reconciler&) = delete;

  // The desired ruleset has changed so; the first call says that there is one.
  void want(RulesetChange change);

  // Hears from now on of what others do to the table, where they may, and mends it at once; else
  // they are found out by verify_every. In this thread's network namespace.
  [[nodiscard]] Result<void> listen();

  // The kernel has told of commits of others: called by what listen() set up.
  void heard();

  // What an attempt would commit if it looked at the kernel now. kNotFound while kWaiting;
  // kInterrupted: somebody committed while it looked, so ask again later.
  [[nodiscard]] Result<Transaction> difference();

  // What the rules in force have counted; as of the last time, if a commit interrupts reading it.
  [[nodiscard]] Result<std::vector<nl::CounterValue>> counters();

  // What the kernel holds of our table now, whoever left it there. kInterrupted: ask again later.
  [[nodiscard]] Result<Ruleset> in_force();

  // Whether the kernel holds a table of ours that isolates pods, of this run or an earlier one
  // (what was only prepared counts for nothing); true if it does not say.
  bool table_isolates();

  State state() const { return state_; }

  // Whether the kernel still holds what the last exchanges left behind.
  bool has_stale() const { return !left_behind_.empty(); }

  std::optional<Ruleset> desired() const;  // none while kWaiting

 private:
  using Time = Alarm::Clock::time_point;

  void arm(State state, Time when);
  void attempt(RulesetChange change);
  void report_failure(Error error);
  Result<Attempt> bring(RulesetChange change);
  Result<Attempt> bring_from(const nl::Snapshot& snapshot);
  Result<Transaction> bring_change(RulesetChange change);
  void note_foreign_commits();
  bool must_look();
  Result<nl::Snapshot> look();
  Result<nl::Snapshot> take_over();
  void blame(Attempt& attempt, const Ruleset& actual, const Ruleset& desired);
  Transaction to_do(const nl::Snapshot& snapshot, const Ruleset& desired) const;
  Result<bool> exchange(Transaction todo, Transaction unhook, Transaction& committed);
  Result<void> remove_due(Transaction& committed);
  Result<void> commit(Transaction step, Transaction& committed);

  boost::asio::io_context& io_;
  const std::unique_ptr<nl::KernelTable> kernel_;
  const std::unique_ptr<Alarm> alarm_;
  std::optional<TableMonitor> monitor_;  // none: nobody listens, or nobody else may change it
  const ReconcilerTiming timing_;
  const Desired desired_;
  const Sink sink_;
  State state_ = State::kWaiting;
  Time next_look_{};                    // when the kernel's generation is to be looked at again
  int interruptions_ = 0;               // of dumps, in a row
  std::chrono::milliseconds delay_{0};  // before the next retry; 0: the last attempt succeeded
  std::uint32_t dumped_ = 0;            // the generation of the last dump
  // That our commits since then, and those of others that did not touch the table, have led to;
  // none: unknown, and so is what the kernel holds.
  std::optional<std::uint32_t> generation_;
  std::string culprit_;                 // who touched the table since the last dump
  std::optional<std::string> refusal_;  // of a change: why the next dump is to be
  LeftBehind left_behind_;
  std::vector<nl::CounterValue> counted_;
};

}  // namespace portcullis

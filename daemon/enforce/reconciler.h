#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/ruleset/delta.h"
#include "daemon/base/alarm.h"
#include "daemon/base/descriptor_watch.h"
#include "daemon/enforce/left_behind.h"
#include "daemon/enforce/table_task.h"
#include "daemon/netlink/table/kernel.h"
#include "daemon/netlink/table/kernel_table.h"

namespace portcullis {

struct ReconcilerTiming {
  std::chrono::milliseconds first_retry{100};  // doubles with each failure in a row
  std::chrono::milliseconds last_retry{30'000};
  std::chrono::milliseconds verify_every{5'000};
  std::chrono::milliseconds remove_after{100};  // longer than any packet is under way
  // After a dump that foreign commits interrupted; doubles each time up to last_retry, and is never
  // shorter than the dump.
  std::chrono::milliseconds first_reread{5};
};

// The result of one attempt to bring the kernel to the desired ruleset.
struct Attempt {
  std::vector<Delta> committed;  // each a batch; none: there was nothing to do, or it failed
  std::optional<Error> error;    // a step failed, earlier ones are in force; retrying in next_try
  // Why a commit failed before this attempt compared the table and brought it up to date.
  std::optional<std::string> refused;
  // How the kernel's table was not as we left it; it was repaired.
  std::optional<std::string> mended;
  std::string culprit;  // who had changed it: "nft (process 4711)"
  // Others may have changed the table, but their commits interrupt every dump of it. The desired
  // ruleset is committed anyway.
  bool unverified = false;
  // Why the table bridge portcullis does not hold what is desired, for people; empty: it does.
  // Everything else is in force.
  std::string bridge_fault;
  std::chrono::steady_clock::duration took{};
  std::chrono::milliseconds next_try{0};
};

// Brings our tables in the kernel to the desired ruleset and keeps them there.
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
// kDue      an attempt is queued on the io_context, or waits to repeat an interrupted dump.
// kHeld     the kernel held it when we last looked; a change is committed at once.
// kFailed   the last attempt failed; the kernel enforces the old or already the new ruleset. The
//           next attempt waits for the backoff, whatever changes meanwhile.
//
// If the kernel supports ownership (nl::KernelTable::owns()), the tables become ours alone: orphans
// of an earlier run are taken over before they are read, since until then anyone may change them,
// and shared ones are replaced. Foreign changes then need no checks.
//
// A change is committed to both tables in one batch; what follows a dump, to each in its own. So
// policies, all in the table inet portcullis, do not depend on the table bridge portcullis. While
// the kernel has no such table or somebody else owns it, changes leave it alone, and every
// verify_every it is tried again. The other way round, each attempt brings the table of bridges up
// to date before it fails.
//
// A change is committed in steps (compiler/ruleset/steps.h). The last step, which removes
// unreferenced objects, waits for remove_after, whatever its size, since packets under way at the
// exchange still look them up; until then the kernel holds more than is wanted (LeftBehind).
// Objects that the kernel calls busy are removed later. Large preparations, as at a cold start, are
// sent in batches: packets see none of it before the exchange.
//
// Only the generation of the kernel's table is remembered. The table is dumped at first, after a
// failure, and when others have changed it: the kernel reports that (listen()), and every
// verify_every its generation must match our commits and the reported ones to other tables. A dump
// equal to the desired ruleset commits nothing. An interrupted dump is repeated on a later turn of
// the loop, with backoff; meanwhile changes are committed as long as we know what we left in the
// kernel, otherwise it counts as a failure after some dumps. A change that the kernel rejects is
// followed by a dump at once; only if that does not help either has the attempt failed. All calls
// and the sink run on the io_context's thread; the io_context must not run after this is destroyed.
class Reconciler {
 public:
  enum class State : std::uint8_t { kWaiting, kDue, kHeld, kFailed };
  using Sink = std::function<void(const Attempt&)>;
  using Desired = std::function<Ruleset()>;

  // `desired` returns the whole desired ruleset, including every change passed to want().
  Reconciler(boost::asio::io_context& io, nl::Kernel kernel, ReconcilerTiming timing,
             Desired desired, Sink sink);
  // With another kernel table and another clock. Neither may be null.
  Reconciler(boost::asio::io_context& io, std::unique_ptr<nl::KernelTable> kernel,
             std::unique_ptr<Alarm> alarm, ReconcilerTiming timing, Desired desired, Sink sink);
  Reconciler(const Reconciler&) = delete;
  Reconciler& operator=(const Reconciler&) = delete;

  // The desired ruleset has changed; the first call says that there is one.
  void want(Delta delta);

  // Commits nothing before the next want(), since what is desired is in doubt.
  void hold() { arm(State::kWaiting, Time::max()); }

  // From now on receives foreign changes of the table, if others can make them, and repairs them at
  // once; otherwise verify_every finds them. In this thread's network namespace.
  [[nodiscard]] Result<void> listen();

  // The kernel has reported foreign commits: called by the monitor of listen().
  void heard();

  // What an attempt would commit now. kNotFound while kWaiting; kInterrupted: somebody committed
  // during the dump, so retry later.
  [[nodiscard]] Result<Delta> difference();

  // The counters of the rules in force; the last known ones if a commit interrupts reading them.
  [[nodiscard]] Result<std::vector<nl::CounterValue>> counters();

  // Our table in the kernel, whoever left it there. kInterrupted: retry later.
  [[nodiscard]] Result<Ruleset> in_force();

  // Whether the kernel holds a table of ours that isolates pods, from this run or an earlier one (a
  // prepared ruleset does not count); true if unknown.
  bool table_isolates();

  State state() const { return state_; }

  // Whether the kernel still holds leftovers of the last exchanges.
  bool has_stale() const { return !left_behind_.empty(); }

  std::optional<Ruleset> desired() const {  // none while kWaiting
    return state_ == State::kWaiting ? std::nullopt : std::optional(desired_());
  }

 private:
  using Time = Alarm::Clock::time_point;

  // Of a commit.
  struct Refusal {
    std::string reason;
    std::uint32_t generation = 0;  // of the table before it
    bool may_be_done = false;      // the outcome is unknown
  };

  void arm(State state, Time when);
  void attempt(Delta delta);
  void report_failure(Error error);
  Result<Attempt> bring(Delta delta);
  Result<Attempt> bring_from(nl::Snapshot snapshot);
  Result<ObjectNames> bring_table(TableTask task, std::vector<Delta>& committed);
  void note_bridge(const std::optional<Error>& error);
  Result<std::vector<Delta>> bring_delta(Delta delta);
  void note_foreign_commits();
  bool must_look();
  Result<nl::Snapshot> look();
  Result<nl::Snapshot> take_over();
  void blame(Attempt& attempt, std::uint32_t generation, const std::vector<TableTask>& todo);
  bool changed_since(const Refusal& refusal, std::uint32_t generation) const;
  Result<void> exchange(Delta prepare, Delta exchange, std::vector<Delta>& committed);
  Result<void> remove_due(std::vector<Delta>& committed);
  Result<void> commit(Delta step, std::vector<Delta>& committed);

  boost::asio::io_context& io_;
  const std::unique_ptr<nl::KernelTable> kernel_;
  const std::unique_ptr<Alarm> alarm_;
  std::optional<DescriptorWatch> monitor_;  // none: nobody listens, or nobody else can change it
  const ReconcilerTiming timing_;
  const Desired desired_;
  const Sink sink_;
  State state_ = State::kWaiting;
  Time next_look_{};                    // when to check the kernel's generation again
  int interruptions_ = 0;               // of dumps, in a row
  std::chrono::milliseconds delay_{0};  // before the next retry; 0: the last attempt succeeded
  std::uint32_t dumped_ = 0;            // the generation of the last dump
  // The generation after our commits since then, and foreign ones that did not touch the table.
  // None: unknown, and so is the kernel's content.
  std::optional<std::uint32_t> generation_;
  std::string culprit_;             // who touched the table since the last dump
  std::optional<Refusal> refusal_;  // the reason for the next dump
  std::string bridge_fault_;        // as of Attempt
  LeftBehind left_behind_;
  std::vector<nl::CounterValue> counted_;
};

}  // namespace portcullis

#include "daemon/enforce/reconciler.h"

#include <algorithm>
#include <utility>

#include "compiler/ruleset/diff.h"
#include "compiler/ruleset/steps.h"
#include "daemon/netlink/table/process_of_port.h"

namespace portcullis {
namespace {

constexpr std::size_t kMostInABatch = 20'000;  // elements
constexpr int kMostInterruptions = 8;          // of dumps in a row, before they are a failure
constexpr int kEnforcementLooks = 3;

// Takes over orphans.
Delta addition(const std::vector<TableFamily>& tables) {
  Delta delta;
  for (const auto table : tables) {
    (table == TableFamily::kInet ? delta.change : delta.bridge) = TableChange::kAdd;
  }
  return delta;
}

}  // namespace

Reconciler::Reconciler(boost::asio::io_context& io, nl::Kernel kernel, ReconcilerTiming timing,
                       Desired desired, Sink sink)
    : Reconciler(io, std::make_unique<nl::Kernel>(std::move(kernel)),
                 std::make_unique<LoopAlarm>(io), timing, std::move(desired), std::move(sink)) {}

Reconciler::Reconciler(boost::asio::io_context& io, std::unique_ptr<nl::KernelTable> kernel,
                       std::unique_ptr<Alarm> alarm, ReconcilerTiming timing, Desired desired,
                       Sink sink)
    : io_(io),
      kernel_(std::move(kernel)),
      alarm_(std::move(alarm)),
      timing_(timing),
      desired_(std::move(desired)),
      sink_(std::move(sink)) {}

void Reconciler::want(Delta delta) {
  switch (state_) {
    case State::kWaiting:
      return arm(State::kDue, alarm_->now());
    case State::kHeld:
      return attempt(std::move(delta));
    case State::kDue:
    case State::kFailed:
      return;  // the attempt will read what is wanted
  }
}

Result<void> Reconciler::listen() {
  if (kernel_->owns()) return {};
  return kernel_->listen().map(
      [&](int descriptor) { monitor_.emplace(io_, descriptor, [this] { heard(); }); });
}

void Reconciler::heard() {
  note_foreign_commits();
  if (state_ == State::kHeld && alarm_->now() >= next_look_) attempt({});
}

Result<Delta> Reconciler::difference() {
  if (state_ == State::kWaiting) {
    return failure(ErrorCode::kNotFound, "no ruleset has been compiled yet");
  }
  return kernel_->dump_once().map(
      [&](const nl::Snapshot& snapshot) { return diff(snapshot.ruleset, desired_()); });
}

Result<std::vector<nl::CounterValue>> Reconciler::counters() {
  auto counters = kernel_->counters();
  if (!counters && counters.error().code != ErrorCode::kInterrupted) return counters;
  if (counters) counted_ = std::move(*counters);
  return counted_;
}

Result<Ruleset> Reconciler::in_force() {
  return kernel_->dump_once().map(
      [](nl::Snapshot snapshot) { return std::move(snapshot.ruleset); });
}

bool Reconciler::table_isolates() {
  for (int look = 0; look < kEnforcementLooks; ++look) {
    const auto snapshot = kernel_->dump_once();
    if (snapshot) return isolates(snapshot->ruleset);
    if (snapshot.error().code != ErrorCode::kInterrupted) break;
  }
  return true;
}

void Reconciler::arm(State state, Time when) {
  state_ = state;
  alarm_->set(when, [this] { attempt({}); });
}

void Reconciler::attempt(Delta delta) {
  const auto start = alarm_->now();
  auto result = bring(std::move(delta));
  if (!result) return report_failure(std::move(result.error()));
  delay_ = {};
  result->took = alarm_->now() - start;
  arm(State::kHeld, std::min(next_look_, left_behind_.due()));
  sink_(*result);
}

void Reconciler::report_failure(Error error) {
  generation_.reset();
  if (interruptions_ > 0 && interruptions_ < kMostInterruptions) {
    return arm(State::kDue, next_look_);
  }
  interruptions_ = 0;
  refusal_.reset();
  delay_ = std::clamp(delay_ * 2, timing_.first_retry, timing_.last_retry);
  Attempt attempt;
  attempt.error = std::move(error);
  attempt.next_try = delay_;
  arm(State::kFailed, alarm_->now() + delay_);
  sink_(attempt);
}

Result<Attempt> Reconciler::bring(Delta delta) {
  if (!generation_ || must_look()) {
    const auto snapshot = look();
    if (snapshot) return bring_from(*snapshot);
    const auto& error = snapshot.error();
    if (!generation_ || error.code != ErrorCode::kInterrupted) return tl::unexpected(error);
  }
  auto committed = bring_delta(std::move(delta));
  if (committed) {
    Attempt attempt;
    attempt.committed = std::move(*committed);
    attempt.unverified = interruptions_ >= kMostInterruptions;
    return attempt;
  }
  note_foreign_commits();
  refusal_ = {committed.error().message, *generation_,
              committed.error().code == ErrorCode::kInterrupted};
  generation_.reset();
  if (interruptions_ > 0) return tl::unexpected(committed.error());  // one dump per turn
  const auto snapshot = look();
  if (!snapshot) return tl::unexpected(snapshot.error());
  return bring_from(*snapshot);
}

// Foreign commits to other tables do not concern us, and advance the generation as our own do.
// Those that the last dump has already seen are ignored.
void Reconciler::note_foreign_commits() {
  const auto commits = kernel_->foreign_commits();
  bool touched = commits.lost;
  if (commits.lost) culprit_ = "somebody";
  for (const auto& commit : commits.told) {
    const bool is_past = static_cast<std::int32_t>(commit.generation - dumped_) <= 0;
    if (!generation_ || is_past) continue;
    if (commit.touches_our_table) {
      culprit_ = commit.author;
      touched = true;
    } else {
      ++*generation_;
    }
  }
  if (touched && interruptions_ == 0) next_look_ = alarm_->now();
}

// Every commit of anyone, to any table, makes a new generation. Notifications are read first, since
// the kernel changes the number before it sends them.
bool Reconciler::must_look() {
  if (alarm_->now() < next_look_) return false;
  if (kernel_->owns()) {
    next_look_ = Time::max();
    return false;
  }
  note_foreign_commits();
  const auto generation = kernel_->generation();
  if (!generation || *generation != *generation_) return true;
  interruptions_ = 0;
  next_look_ = alarm_->now() + timing_.verify_every;
  return false;
}

Result<nl::Snapshot> Reconciler::look() {
  const auto start = alarm_->now();
  auto snapshot = take_over();
  if (snapshot || snapshot.error().code != ErrorCode::kInterrupted) {
    interruptions_ = 0;
    return snapshot;
  }
  const auto now = alarm_->now();
  Alarm::Clock::duration rest = timing_.first_reread;
  for (int i = 0; i < interruptions_ && rest < timing_.last_retry; ++i) rest *= 2;
  ++interruptions_;
  next_look_ =
      now + std::max(std::min<Alarm::Clock::duration>(rest, timing_.last_retry), now - start);
  return snapshot;
}

Result<nl::Snapshot> Reconciler::take_over() {
  auto snapshot = kernel_->dump_once();
  if (!snapshot) return snapshot;
  if (snapshot->owner == nl::TableOwner::kOther) {
    return failure(ErrorCode::kPermission, "a table named portcullis belongs to another process, " +
                                               nl::process_of_port(snapshot->owner_port) +
                                               ": stop that one");
  }
  if (!kernel_->owns() || snapshot->owner != nl::TableOwner::kOrphan) return snapshot;
  if (const auto taken = kernel_->commit(addition(snapshot->tables)); !taken) {
    return tl::unexpected(taken.error());
  }
  return kernel_->dump_once();
}

Result<Attempt> Reconciler::bring_from(const nl::Snapshot& snapshot) {
  const Ruleset desired = desired_();
  const bool is_known = generation_.has_value();
  auto todo = to_do(snapshot, desired);
  Attempt attempt;
  blame(attempt, snapshot, todo, desired);
  dumped_ = snapshot.generation;
  generation_ = snapshot.generation;
  auto step = steps(std::move(todo));
  const auto exchanged =
      exchange(std::move(step.prepare), std::move(step.exchange), attempt.committed);
  if (!exchanged) return tl::unexpected(exchanged.error());
  // No packet looks up objects that were missing at the last dump and that nothing exchanged
  // refers to.
  const auto now = alarm_->now();
  left_behind_.found(std::move(step.remove.gone),
                     is_known && !*exchanged ? now : now + timing_.remove_after);
  if (const auto removed = remove_due(attempt.committed); !removed) {
    return tl::unexpected(removed.error());
  }
  next_look_ = now + timing_.verify_every;
  return attempt;
}

// Records in the attempt how the kernel differs from what we left there, if we know that.
void Reconciler::blame(Attempt& attempt, const nl::Snapshot& snapshot, const Delta& todo,
                       const Ruleset& desired) {
  const auto refusal = std::exchange(refusal_, {});
  if (refusal) attempt.refused = refusal->reason;
  const bool changed = refusal ? changed_since(*refusal, snapshot)
                               : generation_ && !left_behind_.explains(todo, desired);
  const auto culprit = std::exchange(culprit_, {});
  if (!changed) return;
  attempt.culprit = culprit.empty() ? "somebody" : culprit;
  attempt.mended = attempt.culprit + " changed it";
}

// Whether somebody else changed the table, as far as is known.
bool Reconciler::changed_since(const Refusal& refusal, const nl::Snapshot& snapshot) const {
  if (kernel_->owns()) return false;
  return !culprit_.empty() ||
         snapshot.generation - refusal.generation > (refusal.may_be_done ? 1U : 0U);
}

Delta Reconciler::to_do(const nl::Snapshot& snapshot, const Ruleset& desired) const {
  const auto fitting = kernel_->owns() ? nl::TableOwner::kUs : nl::TableOwner::kShared;
  const bool fits = snapshot.owner == fitting || snapshot.owner == nl::TableOwner::kNone;
  return fits ? diff(snapshot.ruleset, desired) : replacement(desired, snapshot.tables);
}

Result<std::vector<Delta>> Reconciler::bring_delta(Delta delta) {
  left_behind_.take_back(delta);
  auto step = steps(std::move(delta));
  std::vector<Delta> committed;
  const auto exchanged = exchange(std::move(step.prepare), std::move(step.exchange), committed);
  if (!exchanged) return tl::unexpected(exchanged.error());
  left_behind_.add(std::move(step.remove.gone), alarm_->now() + timing_.remove_after);
  return remove_due(committed).map([&] { return std::move(committed); });
}

// Returns whether there was anything to do.
Result<bool> Reconciler::exchange(Delta prepare, Delta exchange, std::vector<Delta>& committed) {
  auto batches = in_batches(std::move(prepare), kMostInABatch);
  if (!exchange.empty()) batches.push_back(std::move(exchange));
  for (auto& batch : batches) {
    if (const auto done = commit(std::move(batch), committed); !done) {
      return tl::unexpected(done.error());
    }
  }
  return !batches.empty();
}

Result<void> Reconciler::remove_due(std::vector<Delta>& committed) {
  const auto now = alarm_->now();
  Delta removal{.gone = left_behind_.due_at(now)};
  if (removal.empty()) return {};
  auto done = commit(std::move(removal), committed);
  if (done) {
    left_behind_.removed(now);
  } else if (done.error().code == ErrorCode::kBusy) {
    left_behind_.postpone(now, now + timing_.remove_after);
    return {};
  }
  return done;
}

Result<void> Reconciler::commit(Delta step, std::vector<Delta>& committed) {
  if (auto done = kernel_->commit(step); !done) return done;
  ++*generation_;
  committed.push_back(std::move(step));
  return {};
}

}  // namespace portcullis

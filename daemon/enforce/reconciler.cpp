#include "daemon/enforce/reconciler.h"

#include <algorithm>
#include <utility>

#include "compiler/ruleset/diff.h"

namespace portcullis {
namespace {

constexpr int kMostInterruptions = 8;  // of dumps in a row, before they are a failure
constexpr int kEnforcementLooks = 3;

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
  result->bridge_fault = bridge_fault_;
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
  attempt.bridge_fault = bridge_fault_;
  arm(State::kFailed, alarm_->now() + delay_);
  sink_(attempt);
}

Result<Attempt> Reconciler::bring(Delta delta) {
  if (!generation_ || must_look()) {
    auto snapshot = look();
    if (snapshot) return bring_from(std::move(*snapshot));
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
  auto snapshot = look();
  if (!snapshot) return tl::unexpected(snapshot.error());
  return bring_from(std::move(*snapshot));
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
  if (!bridge_fault_.empty()) return true;
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
  if (!snapshot || !kernel_->owns()) return snapshot;
  const auto orphans = takeover(*snapshot);
  if (orphans.empty()) return snapshot;
  if (const auto taken = kernel_->commit(orphans); !taken) return tl::unexpected(taken.error());
  return kernel_->dump_once();
}

// Records in the attempt how the kernel differs from what we left there, if we know that.
void Reconciler::blame(Attempt& attempt, std::uint32_t generation,
                       const std::vector<TableTask>& todo) {
  const auto refusal = std::exchange(refusal_, {});
  if (refusal) attempt.refused = refusal->reason;
  const auto is_as_left = [&](const TableTask& task) {
    const bool is_known = task.table == TableFamily::kInet || bridge_fault_.empty();
    return !is_known || left_behind_.explains(task.delta, task.desired, task.table);
  };
  const bool changed = refusal ? changed_since(*refusal, generation)
                               : generation_ && !std::ranges::all_of(todo, is_as_left);
  const auto culprit = std::exchange(culprit_, {});
  if (!changed) return;
  attempt.culprit = culprit.empty() ? "somebody" : culprit;
  attempt.mended = attempt.culprit + " changed it";
}

// Whether somebody else changed the table, as far as is known.
bool Reconciler::changed_since(const Refusal& refusal, std::uint32_t generation) const {
  if (kernel_->owns()) return false;
  return !culprit_.empty() || generation - refusal.generation > (refusal.may_be_done ? 1U : 0U);
}

}  // namespace portcullis

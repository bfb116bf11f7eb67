#include "daemon/reconciler.h"

#include <algorithm>
#include <utility>

#include "compiler/steps.h"

namespace portcullis {
namespace {

constexpr std::size_t kMostLeftBehind = 1'000;  // operations to remove it

// What the kernel holds after an exchange: what is wanted, and what that has left behind.
std::shared_ptr<const Ruleset> united(const Ruleset& desired, const Ruleset& actual) {
  auto held = std::make_shared<Ruleset>(desired);
  held->sets.insert(actual.sets.begin(), actual.sets.end());
  held->chains.insert(actual.chains.begin(), actual.chains.end());
  return held;
}

}  // namespace

Reconciler::Reconciler(boost::asio::io_context& io, nl::Kernel kernel, ReconcilerTiming timing,
                       Sink sink)
    : timer_(io), kernel_(std::move(kernel)), timing_(timing), sink_(std::move(sink)) {}

void Reconciler::want(std::shared_ptr<const Ruleset> desired) {
  desired_ = std::move(desired);
  switch (state_) {
    case State::kDue:
      return;
    case State::kWaiting:
    case State::kHeld:
      return arm(State::kDue, Clock::now());
    case State::kFailed:
      // The new ruleset may be what mends it, but a stream of them must not defeat the backoff.
      return arm(State::kFailed, std::min(timer_.expiry(), Clock::now() + timing_.first_retry));
  }
}

Result<Transaction> Reconciler::difference() {
  if (!desired_) return failure(ErrorCode::kNotFound, "no ruleset has been compiled yet");
  return kernel_.dump().map(
      [&](const nl::Snapshot& snapshot) { return diff(snapshot.ruleset, *desired_); });
}

bool Reconciler::table_enforces() {
  const auto snapshot = kernel_.dump();
  if (!snapshot) return true;
  const auto& chains = snapshot->ruleset.chains;
  return std::any_of(chains.begin(), chains.end(), [](const auto& entry) {
    return entry.second.spec.base && !entry.second.rules.empty();
  });
}

void Reconciler::arm(State state, Clock::time_point when) {
  state_ = state;
  timer_.expires_at(when);
  timer_.async_wait([this, turn = ++turn_](const boost::system::error_code& error) {
    if (!error && turn == turn_) attempt();
  });
}

void Reconciler::attempt() {
  auto result = bring();
  Attempt attempt;
  if (result) {
    delay_ = {};
    attempt = std::move(*result);
    arm(State::kHeld, std::min(next_look_, removal_due_));
  } else {
    actual_.reset();
    delay_ = std::clamp(delay_ * 2, timing_.first_retry, timing_.last_retry);
    attempt.error = std::move(result.error());
    attempt.next_try = delay_;
    arm(State::kFailed, Clock::now() + delay_);
  }
  sink_(attempt);
}

Result<Attempt> Reconciler::bring() {
  if (!actual_ || Clock::now() >= next_look_) return bring_from_dump();
  auto committed = commit_difference(*actual_);
  if (committed) return Attempt{std::move(*committed), {}, {}, {}};
  actual_.reset();
  return bring_from_dump().map([&](Attempt attempt) {
    attempt.mended = std::move(committed.error().message);
    return attempt;
  });
}

Result<Attempt> Reconciler::bring_from_dump() {
  const auto snapshot = kernel_.dump();
  if (!snapshot) return tl::unexpected(snapshot.error());
  Attempt attempt;
  if (actual_ && snapshot->ruleset != *actual_) attempt.mended = "somebody else changed the table";
  auto committed = commit_difference(snapshot->ruleset);
  if (!committed) return tl::unexpected(committed.error());
  attempt.committed = std::move(*committed);
  next_look_ = Clock::now() + timing_.verify_every;
  return attempt;
}

Result<Transaction> Reconciler::commit_difference(const Ruleset& actual) {
  const Steps todo = steps(diff(actual, *desired_));
  const bool exchanges = !todo.prepare.empty() || !todo.exchange.empty();
  const bool leaves = !todo.remove.empty() && todo.remove.operations.size() <= kMostLeftBehind &&
                      (exchanges || (has_stale() && Clock::now() < removal_due_));
  auto committed = leaves ? commit({&todo.prepare, &todo.exchange})
                          : commit({&todo.prepare, &todo.exchange, &todo.remove});
  if (!committed) return committed;
  if (!leaves) {
    removal_due_ = Clock::time_point::max();
    actual_ = desired_;
  } else if (exchanges) {
    removal_due_ = Clock::now() + timing_.remove_after;
    actual_ = united(*desired_, actual);
  }
  return committed;
}

Result<Transaction> Reconciler::commit(std::initializer_list<const Transaction*> steps) {
  Transaction all;
  for (const Transaction* step : steps) {
    if (step->empty()) continue;
    const auto done = kernel_.commit(*step);
    if (!done) return tl::unexpected(done.error());
    const auto& operations = step->operations;
    all.operations.insert(all.operations.end(), operations.begin(), operations.end());
  }
  return all;
}

}  // namespace portcullis

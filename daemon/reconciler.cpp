#include "daemon/reconciler.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "compiler/steps.h"
#include "daemon/netlink/process_of_port.h"

namespace portcullis {
namespace {

constexpr std::size_t kMostLeftBehind = 1'000;  // operations to remove it
constexpr std::size_t kMostInABatch = 20'000;   // elements

template <class Map>
void add_missing(const Map& from, const Map& to, Map& found) {
  for (const auto& [name, object] : from) {
    if (!to.contains(name)) found.insert_or_assign(name, object);
  }
}

// The objects of `from` that `to` has not.
void add_gone(const Ruleset& from, const Ruleset& to, Ruleset& gone) {
  add_missing(from.sets, to.sets, gone.sets);
  add_missing(from.chains, to.chains, gone.chains);
  add_missing(from.counters, to.counters, gone.counters);
}

template <class Map>
void take_back(Map& left_behind, const Map& after, Map& before) {
  for (const auto& [name, object] : after) {
    if (auto node = left_behind.extract(name); !node.empty()) before.insert(std::move(node));
  }
}

bool replaces_table(const Transaction& transaction) {
  return !transaction.empty() &&
         std::holds_alternative<DeleteTable>(transaction.operations.front());
}

Transaction replacement(const Ruleset& desired) {
  auto all = diff({}, desired);
  all.operations.insert(all.operations.begin(), DeleteTable{});
  return all;
}

}  // namespace

Reconciler::Reconciler(boost::asio::io_context& io, nl::Kernel kernel, ReconcilerTiming timing,
                       Desired desired, Sink sink)
    : io_(io),
      timer_(io),
      kernel_(std::move(kernel)),
      timing_(timing),
      desired_(std::move(desired)),
      sink_(std::move(sink)) {}

void Reconciler::want(RulesetChange change) {
  switch (state_) {
    case State::kDue:
      return;
    case State::kWaiting:
      return arm(State::kDue, Clock::now());
    case State::kHeld:
      return attempt(std::move(change));
    case State::kFailed:
      // The new ruleset may be what mends it, but a stream of them must not defeat the backoff.
      return arm(State::kFailed, std::min(timer_.expiry(), Clock::now() + timing_.first_retry));
  }
}

Result<void> Reconciler::listen() {
  if (kernel_.owns()) return {};
  return TableMonitor::open(io_, kernel_.port(),
                            [this](const std::string& culprit) { suspect(culprit); })
      .map([&](auto monitor) { monitor_ = std::move(monitor); });
}

void Reconciler::suspect(const std::string& culprit) {
  culprit_ = culprit;
  if (state_ != State::kHeld) return;
  next_look_ = Clock::now();
  attempt({});
}

Result<Transaction> Reconciler::difference() {
  if (state_ == State::kWaiting) {
    return failure(ErrorCode::kNotFound, "no ruleset has been compiled yet");
  }
  return kernel_.dump().map(
      [&](const nl::Snapshot& snapshot) { return diff(snapshot.ruleset, desired_()); });
}

Result<Ruleset> Reconciler::in_force() {
  return kernel_.dump().map([](nl::Snapshot snapshot) { return std::move(snapshot.ruleset); });
}

bool Reconciler::table_enforces() {
  const auto snapshot = kernel_.dump();
  return !snapshot || enforces(snapshot->ruleset);
}

std::optional<Ruleset> Reconciler::desired() const {
  return state_ == State::kWaiting ? std::nullopt : std::optional(desired_());
}

void Reconciler::arm(State state, Clock::time_point when) {
  state_ = state;
  timer_.expires_at(when);
  timer_.async_wait([this, turn = ++turn_](const boost::system::error_code& error) {
    if (!error && turn == turn_) attempt({});
  });
}

void Reconciler::attempt(RulesetChange change) {
  const auto start = Clock::now();
  auto result = bring(std::move(change));
  Attempt attempt;
  if (result) {
    delay_ = {};
    attempt = std::move(*result);
    attempt.took = Clock::now() - start;
    arm(State::kHeld, std::min(next_look_, removal_due_));
  } else {
    generation_.reset();
    delay_ = std::clamp(delay_ * 2, timing_.first_retry, timing_.last_retry);
    attempt.error = std::move(result.error());
    attempt.next_try = delay_;
    arm(State::kFailed, Clock::now() + delay_);
  }
  sink_(attempt);
}

Result<Attempt> Reconciler::bring(RulesetChange change) {
  if (!generation_ || (Clock::now() >= next_look_ && !is_untouched())) return bring_from_dump();
  auto committed = bring_change(std::move(change));
  if (committed) {
    Attempt attempt;
    attempt.committed = std::move(*committed);
    return attempt;
  }
  generation_.reset();
  return bring_from_dump().map([&](Attempt attempt) {
    attempt.mended = std::move(committed.error().message);
    if (attempt.culprit.empty()) attempt.culprit = "somebody";
    return attempt;
  });
}

// Every commit of anyone, to any table, makes a new generation.
bool Reconciler::is_untouched() {
  if (kernel_.owns()) {
    next_look_ = Clock::time_point::max();
    return true;
  }
  const auto generation = kernel_.generation();
  if (!generation || *generation != *generation_) return false;
  next_look_ = Clock::now() + timing_.verify_every;
  return true;
}

Result<nl::Snapshot> Reconciler::take_over() {
  auto snapshot = kernel_.dump();
  if (!snapshot) return snapshot;
  if (snapshot->owner == nl::TableOwner::kOther) {
    return failure(ErrorCode::kPermission,
                   "the table inet portcullis belongs to another process, " +
                       nl::process_of_port(snapshot->owner_port) + ": stop that one");
  }
  if (!kernel_.owns() || snapshot->owner != nl::TableOwner::kOrphan) return snapshot;
  if (const auto taken = kernel_.commit({{AddTable{}}}); !taken) {
    return tl::unexpected(taken.error());
  }
  return kernel_.dump();
}

Result<Attempt> Reconciler::bring_from_dump() {
  const auto snapshot = take_over();
  if (!snapshot) return tl::unexpected(snapshot.error());
  const Ruleset& actual = snapshot->ruleset;
  const Ruleset desired = desired_();
  Attempt attempt;
  if (generation_) {
    Ruleset expected = desired;
    expected.sets.insert(left_behind_.sets.begin(), left_behind_.sets.end());
    expected.chains.insert(left_behind_.chains.begin(), left_behind_.chains.end());
    expected.counters.insert(left_behind_.counters.begin(), left_behind_.counters.end());
    if (actual != expected) {
      attempt.culprit = culprit_.empty() ? "somebody" : culprit_;
      attempt.mended = attempt.culprit + " changed it";
    }
  }
  culprit_.clear();
  generation_ = snapshot->generation;
  left_behind_ = {};
  const auto fitting = kernel_.owns() ? nl::TableOwner::kUs : nl::TableOwner::kShared;
  const bool fits = snapshot->owner == fitting || snapshot->owner == nl::TableOwner::kNone;
  auto todo = fits ? diff(actual, desired) : replacement(desired);
  Ruleset stale;
  if (!replaces_table(todo)) add_gone(actual, desired, stale);
  auto committed = exchange(std::move(todo), std::move(stale));
  if (!committed) return tl::unexpected(committed.error());
  attempt.committed = std::move(*committed);
  next_look_ = Clock::now() + timing_.verify_every;
  return attempt;
}

Result<Transaction> Reconciler::bring_change(RulesetChange change) {
  take_back(left_behind_.sets, change.after.sets, change.before.sets);
  take_back(left_behind_.chains, change.after.chains, change.before.chains);
  take_back(left_behind_.counters, change.after.counters, change.before.counters);
  auto todo = diff_parts(change.before, change.after);
  auto stale = std::exchange(left_behind_, {});
  add_gone(change.before, change.after, stale);
  return exchange(std::move(todo), std::move(stale));
}

Result<Transaction> Reconciler::exchange(Transaction todo, Ruleset stale) {
  auto [prepare, exchange, remove] = steps(std::move(todo));
  remove = diff_parts(stale, {});
  const bool exchanges = !prepare.empty() || !exchange.empty();
  bool leaves = !remove.empty() && remove.operations.size() <= kMostLeftBehind &&
                (exchanges || (has_stale() && Clock::now() < removal_due_));
  Transaction committed;
  auto batches = in_batches(std::move(prepare), kMostInABatch);
  batches.push_back(std::move(exchange));
  for (auto& batch : batches) {
    if (const auto done = commit(std::move(batch), committed); !done) {
      return tl::unexpected(done.error());
    }
  }
  bool refused = false;
  if (!leaves) {
    const auto done = commit(std::move(remove), committed);
    refused = !done && done.error().code == ErrorCode::kBusy;
    if (!done && !refused) return tl::unexpected(done.error());
    leaves = refused;
  }
  if (!leaves) {
    removal_due_ = Clock::time_point::max();
  } else if (exchanges || refused) {
    removal_due_ = Clock::now() + timing_.remove_after;
  }
  left_behind_ = leaves ? std::move(stale) : Ruleset();
  return committed;
}

Result<void> Reconciler::commit(Transaction step, Transaction& committed) {
  if (step.empty()) return {};
  if (auto done = kernel_.commit(step); !done) return done;
  ++*generation_;
  auto& all = committed.operations;
  if (all.empty()) {
    all = std::move(step.operations);
  } else {
    std::move(step.operations.begin(), step.operations.end(), std::back_inserter(all));
  }
  return {};
}

}  // namespace portcullis

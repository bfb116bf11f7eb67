#include <algorithm>
#include <utility>

#include "compiler/ruleset/steps.h"
#include "daemon/enforce/reconciler.h"

// What the reconciler commits, and in which order.
namespace portcullis {
namespace {

constexpr std::size_t kMostInABatch = 20'000;  // elements

// Why the table of bridges does not hold what is desired.
std::string bridge_fault(const Error& error) {
  return "pods on bridges are not bound to their interfaces, since table " +
         table_text(TableFamily::kBridge) + " cannot be made: " + error.message;
}

}  // namespace

Result<Attempt> Reconciler::bring_from(nl::Snapshot snapshot) {
  const bool is_known = generation_.has_value();
  const auto generation = snapshot.generation;
  auto todo = tasks(std::move(snapshot), desired_(), kernel_->owns());
  Attempt attempt;
  blame(attempt, generation, todo);
  dumped_ = generation;
  generation_ = generation;
  bool exchanged = false;
  ObjectNames left;
  std::optional<Error> failed;
  for (auto& task : todo) {
    const auto table = task.table;
    const auto before = attempt.committed.size();
    auto done = bring_table(std::move(task), attempt.committed);
    exchanged = exchanged || attempt.committed.size() > before;
    if (done) left.merge(std::move(*done));
    auto error = done ? std::nullopt : std::optional(std::move(done.error()));
    if (table == TableFamily::kBridge) note_bridge(error);
    if (table == TableFamily::kInet) failed = std::move(error);
  }
  if (failed) return tl::unexpected(std::move(*failed));
  // No packet looks up objects that were missing at the last dump and that nothing exchanged
  // refers to.
  const auto now = alarm_->now();
  left_behind_.found(std::move(left), is_known && !exchanged ? now : now + timing_.remove_after);
  if (const auto removed = remove_due(attempt.committed); !removed) {
    return tl::unexpected(removed.error());
  }
  next_look_ = now + timing_.verify_every;
  return attempt;
}

// Returns what is left to remove later.
Result<ObjectNames> Reconciler::bring_table(TableTask task, std::vector<Delta>& committed) {
  if (!task.possible) return tl::unexpected(std::move(task.possible.error()));
  auto step = steps(std::move(task.delta));
  return exchange(std::move(step.prepare), std::move(step.exchange), committed).map([&] {
    return std::move(step.remove.gone);
  });
}

void Reconciler::note_bridge(const std::optional<Error>& error) {
  bridge_fault_ = error ? bridge_fault(*error) : "";
  if (error) left_behind_.forget(TableFamily::kBridge);
}

Result<std::vector<Delta>> Reconciler::bring_delta(Delta delta) {
  if (!bridge_fault_.empty()) delta.remove(TableFamily::kBridge);
  left_behind_.take_back(delta);
  auto step = steps(std::move(delta));
  std::vector<Delta> committed;
  const auto exchanged = exchange(std::move(step.prepare), std::move(step.exchange), committed);
  if (!exchanged) return tl::unexpected(exchanged.error());
  left_behind_.add(std::move(step.remove.gone), alarm_->now() + timing_.remove_after);
  return remove_due(committed).map([&] { return std::move(committed); });
}

Result<void> Reconciler::exchange(Delta prepare, Delta exchange, std::vector<Delta>& committed) {
  auto batches = in_batches(std::move(prepare), kMostInABatch);
  if (!exchange.empty()) batches.push_back(std::move(exchange));
  for (auto& batch : batches) {
    if (const auto done = commit(std::move(batch), committed); !done) {
      return tl::unexpected(done.error());
    }
  }
  return {};
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

#include "tests/e2e/permitted.h"

#include <netinet/in.h>

#include <algorithm>

#include "compiler/verdict/evaluate.h"

namespace portcullis::test {
namespace {

constexpr std::size_t kMostComplaints = 20;
constexpr std::size_t kEventsShown = 12;

bool allows(const ClusterState& cluster, const PatrolFlow& flow) {
  return evaluate(cluster, {flow.from->address(flow.family), flow.to->address(flow.family),
                            IPPROTO_UDP, flow.port})
      .allowed();
}

}  // namespace

void Permitted::may_become(const ClusterState& cluster, std::string name) {
  State state{std::move(name), {}};
  for (const auto& flow : flows_) state.allows.push_back(allows(cluster, flow));
  const std::lock_guard lock(mutex_);
  events_.push_back(stamp(Clock::now()) + "may become " + state.name);
  states_.push_back(std::move(state));
}

void Permitted::is_last() {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  for (auto& state : states_) {
    if (&state != &states_.back()) state.until = std::min(state.until, now);
  }
  events_.push_back(stamp(now) + "is " + states_.back().name);
}

void Permitted::note(std::string event) {
  const std::lock_guard lock(mutex_);
  events_.push_back(stamp(Clock::now()) + std::move(event));
}

// Called at the end of a round, so that later states are not among these yet, and states from
// before its beginning are no longer needed.
void Permitted::judge(const Patrol::Round& round) {
  const std::lock_guard lock(mutex_);
  std::erase_if(states_, [&](const State& state) { return state.until < round.begin; });
  for (std::size_t flow = 0; flow < flows_.size(); ++flow) {
    const auto allowing =
        std::ranges::count_if(states_, [&](const State& state) { return state.allows[flow]; });
    ++count_.judged;
    if (allowing == std::ssize(states_)) {
      ++count_.must_pass;
      if (round.fates[flow] == Patrol::Fate::kLost) complain(round, flow, "was dropped");
    } else if (allowing == 0) {
      ++count_.must_not;
      if (round.fates[flow] != Patrol::Fate::kLost) complain(round, flow, "passed");
    }
    if (round.fates[flow] == Patrol::Fate::kUnanswered) {
      complain(round, flow, "passed, and its answer was dropped");
    }
  }
}

void Permitted::complain(const Patrol::Round& round, std::size_t flow, const char* what) {
  if (++complained_ > kMostComplaints) return;
  complaints_ += to_string(flows_[flow]) + " " + what + " between " + stamp(round.begin) + "and " +
                 stamp(round.end) + ", in one of:";
  for (const auto& state : states_) complaints_ += " " + state.name;
  complaints_ += "\n";
  if (complained_ > 1) return;
  const auto shown = std::min(events_.size(), kEventsShown);
  for (auto event = events_.end() - static_cast<std::ptrdiff_t>(shown); event != events_.end();
       ++event) {
    complaints_ += "    " + *event + "\n";
  }
}

// "[12.345678] "
std::string Permitted::stamp(Clock::time_point time) const {
  return "[" + std::to_string(std::chrono::duration<double>(time - start_).count()) + "] ";
}

Permitted::Count Permitted::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

std::string Permitted::complaints() const {
  const std::lock_guard lock(mutex_);
  if (complained_ == 0) return "";
  return std::to_string(complained_) + " complaints, first\n" + complaints_;
}

}  // namespace portcullis::test

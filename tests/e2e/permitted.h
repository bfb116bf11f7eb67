#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "compiler/cluster/cluster_state.h"
#include "tests/support/rig/patrol.h"

namespace portcullis::test {

// Compares a patrol's results with every state of the cluster that may have been in force
// meanwhile: what all of them allow must be answered, what none of them allows must be lost. The
// reference evaluator decides what a state allows. Thread safe.
class Permitted {
 public:
  using Clock = Patrol::Clock;

  explicit Permitted(std::vector<PatrolFlow> flows) : flows_(std::move(flows)) {}

  // From now on this state may also be in force.
  void may_become(const ClusterState& cluster, std::string name);

  // From now on only the last one is in force.
  void is_last();

  // Records what happened, for messages.
  void note(std::string event);

  void judge(const Patrol::Round& round);

  struct Count {
    std::size_t judged = 0;     // datagrams
    std::size_t must_pass = 0;  // of them
    std::size_t must_not = 0;
  };

  Count count() const;
  std::string complaints() const;  // the first ones; empty: all was permitted

 private:
  struct State {
    std::string name;
    std::vector<bool> allows;                            // of the flows
    Clock::time_point until = Clock::time_point::max();  // it may be in force
  };

  void complain(const Patrol::Round& round, std::size_t flow, const char* what);
  std::string stamp(Clock::time_point time) const;

  const std::vector<PatrolFlow> flows_;
  const Clock::time_point start_ = Clock::now();
  mutable std::mutex mutex_;  // of what follows
  std::vector<State> states_;
  std::vector<std::string> events_;
  Count count_;
  std::size_t complained_ = 0;
  std::string complaints_;
};

}  // namespace portcullis::test

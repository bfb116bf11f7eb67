#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "compiler/base/result.h"
#include "tests/support/rig/client.h"
#include "tests/support/rig/playground.h"
#include "tests/support/rig/poll.h"
#include "tests/support/rig/probe.h"

namespace portcullis::test {

// How long a run waits. Time passes in rounds; a round with any answer, anywhere in the playground,
// is not quiet. Servers and clients share one thread, so that on a busy machine silence never means
// that a server had no turn.
struct Patience {
  std::chrono::milliseconds answer{5000};  // for probes that are expected to be answered
  std::chrono::milliseconds round{50};
  int quiet_rounds = 6;  // in a row, after the last answer: the rest are denied
};

// Sends probes, and answers them: it opens every port that an endpoint listens on. Not thread safe.
class Prober {
 public:
  // The playground must outlive it. One prober per playground.
  [[nodiscard]] static Result<Prober> open(const Playground& playground);

  // All at once. Conntrack entries between the ends of probes without ports (GRE) are deleted
  // first; a run must not contain two such probes in opposite directions, unless both have the same
  // expectation. The results are in the order of the probes.
  std::vector<ProbeResult> run(const std::vector<Probe>& probes, const Patience& patience = {});

 private:
  using Clients = std::vector<std::unique_ptr<Client>>;

  explicit Prober(const Playground& playground) : playground_(&playground) {}
  void forget_portless(const std::vector<Probe>& probes) const;
  Clients start(const std::vector<Probe>& probes);
  void wait(const Clients& clients, const std::vector<Probe>& probes, const Patience& patience);
  bool wait_round(std::chrono::milliseconds length);

  const Playground* playground_;
  std::unique_ptr<Poll> poll_ = std::make_unique<Poll>();
  std::vector<std::unique_ptr<Watched>> servers_;
  FreshPorts ports_;
};

}  // namespace portcullis::test

#pragma once

#include <string>
#include <vector>

#include "compiler/cluster/cluster_state.h"
#include "tests/support/rig/playground.h"
#include "tests/support/rig/probe.h"

namespace portcullis::test {

// As explain takes it: "[fd00::1]:80/TCP", for an echo "fd00::1".
std::string destination_text(const ServiceAddress& destination, const Traffic& traffic);

// Compares the results of probes with `portcullis explain` for the same connections, asked by
// address as an operator would (except GRE, which it cannot express). For failure messages: each
// probe on which they disagree, with the explanation. Empty if they agree on all; a probe that
// could not be sent is ignored. What explain denies unless an address is the pod's own node's, it
// allows if it is one.
std::string describe_disagreements(const ClusterState& cluster, const Playground& playground,
                                   const std::vector<ProbeResult>& results);

}  // namespace portcullis::test

#pragma once

#include <string>
#include <vector>

#include "compiler/cluster_state.h"
#include "tests/support/rig/playground.h"
#include "tests/support/rig/probe.h"

namespace portcullis::test {

// As explain is asked for it: "[fd00::1]:80/TCP", of an echo "fd00::1".
std::string destination_text(const ServiceAddress& destination, const Traffic& traffic);

// Holds what probes saw against what `portcullis explain` says of the same connections, asked by
// address as an operator would (but of GRE, which has no words). For failure messages: each probe
// on which they disagree, with the explanation. Empty if they agree on all; a probe that could not
// be sent says nothing. What explain denies unless an address is one of the pod's own node, it
// allows where it is one.
std::string describe_disagreements(const ClusterState& cluster, const Playground& playground,
                                   const std::vector<ProbeResult>& results);

}  // namespace portcullis::test

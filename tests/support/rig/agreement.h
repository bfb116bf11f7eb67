#pragma once

#include <string>
#include <vector>

#include "compiler/cluster_state.h"
#include "tests/support/rig/playground.h"
#include "tests/support/rig/probe.h"

namespace portcullis::test {

// Holds what probes saw against what `portcullis explain` says of the same connections, asked by
// address as an operator would (but of GRE, which has no words). For failure messages: each probe
// on which they disagree, with the explanation. Empty if they agree on all; a probe that could not
// be sent says nothing.
std::string describe_disagreements(const ClusterState& cluster, const Playground& playground,
                                   const std::vector<ProbeResult>& results);

}  // namespace portcullis::test

#pragma once

#include <span>
#include <vector>

#include "tests/packet/corpus.h"
#include "tests/support/rig/topology.h"

namespace portcullis::test {

// Splits cases, in order, into as few groups as can share a playground: within a group no address
// belongs to two pods. The groups are parts of `cases`.
std::vector<std::span<const CorpusCase>> group_by_playground(std::span<const CorpusCase> cases);

// Nodes, addresses and listeners for every pod of a group. Pods of later steps exist from the
// beginning: nobody probes them before.
Topology topology_of(std::span<const CorpusCase> group, Wiring wiring);

}  // namespace portcullis::test

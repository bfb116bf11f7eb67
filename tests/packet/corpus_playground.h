#pragma once

#include <span>
#include <vector>

#include "tests/packet/corpus.h"
#include "tests/support/rig/topology.h"

namespace portcullis::test {

// Splits cases, in their order, into as few groups as have one playground each: no address is two
// pods' in a group. The groups are parts of `cases`.
std::vector<std::span<const CorpusCase>> group_by_playground(std::span<const CorpusCase> cases);

// Nodes, addresses and listeners for every pod of a group. Pods that only some steps have are there
// from the beginning: nobody probes them before.
Topology topology_of(std::span<const CorpusCase> group, Wiring wiring);

}  // namespace portcullis::test

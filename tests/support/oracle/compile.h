#pragma once

#include <string_view>
#include <vector>

#include "compiler/cluster/cluster_state.h"
#include "compiler/cluster/rejection.h"
#include "compiler/ruleset/ruleset.h"

namespace portcullis::test {

struct CompiledCluster {
  Ruleset ruleset;
  std::vector<Rejection> rejected;  // sorted
};

// What the engine must arrive at, computed from scratch: the ruleset that enforces the cluster's
// policies on the pods of one node and closes its quarantined addresses, and what it rejects. A
// pure function: no history, and no object that no local pod needs. Never empty: the constant base
// chain and the dispatch maps exist without any policy.
CompiledCluster compile_all(const ClusterState& cluster, std::string_view node_name);
Ruleset compile(const ClusterState& cluster, std::string_view node_name);

}  // namespace portcullis::test

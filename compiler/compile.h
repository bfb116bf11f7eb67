#pragma once

#include <string_view>
#include <vector>

#include "compiler/cluster_state.h"
#include "compiler/rejection.h"
#include "compiler/ruleset.h"

namespace portcullis {

struct CompiledCluster {
  Ruleset ruleset;
  std::vector<Rejection> rejected;  // sorted
};

// The ruleset that enforces the cluster's policies on the pods of one node and closes what it has
// in quarantine, and what of the policies it only denies. A pure function of these: no history, and
// no object that no local pod needs. Never empty: the constant base chain and the dispatch maps are
// there without any policy too.
CompiledCluster compile_all(const ClusterState& cluster, std::string_view node_name);
Ruleset compile(const ClusterState& cluster, std::string_view node_name);

}  // namespace portcullis

#pragma once

#include <string_view>

#include "compiler/cluster_state.h"
#include "compiler/ruleset.h"

namespace portcullis {

// The ruleset that enforces the cluster's policies on the pods of one node, and closes what it has
// in quarantine. A pure function of these: no history, and no object that no local pod needs. Never
// empty: the constant base chain and the dispatch maps are there without any policy too.
Ruleset compile(const ClusterState& cluster, std::string_view node_name);

}  // namespace portcullis

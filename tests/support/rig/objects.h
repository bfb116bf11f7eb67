#pragma once

#include "compiler/cluster/cluster_state.h"
#include "tests/support/rig/playground.h"

namespace portcullis::test {

// The playground's namespaces and pods as an API server would report them.
ClusterState objects_of(const Playground& playground);

}  // namespace portcullis::test

#pragma once

#include <string>

#include "compiler/cluster_state.h"

namespace portcullis {

// "pods" as NAMESPACE/NAME, or "namespaces", including those of pods: one per line, sorted.
std::string list_names(const ClusterState& cluster, const std::string& topic);

}  // namespace portcullis

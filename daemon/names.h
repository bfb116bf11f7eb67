#pragma once

#include <string>

#include "compiler/cluster_state.h"

namespace portcullis {

// "pods" as NAMESPACE/NAME, or "namespaces", those of pods included: a line each, sorted.
std::string list_names(const ClusterState& cluster, const std::string& topic);

}  // namespace portcullis

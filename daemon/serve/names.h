#pragma once

#include <string>
#include <string_view>

#include "compiler/cluster/cluster_state.h"

namespace portcullis {

// "pods" as NAMESPACE/NAME, or "namespaces", including those of pods: one per line, sorted. A
// shell completes them, so what is not a valid name in Kubernetes is left out.
std::string list_names(const ClusterState& cluster, const std::string& topic);

// The lines of `text` that are such names.
std::string only_names(std::string_view text, const std::string& topic);

}  // namespace portcullis

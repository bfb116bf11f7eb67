#pragma once

#include <string>

#include "compiler/cluster/cluster_state.h"

namespace portcullis::test {

// The object as a YAML document that the daemon reads back as the same value, except for its
// origin. A malformed one contains something invalid.
std::string to_manifest(const Namespace& ns);
std::string to_manifest(const Pod& pod);
std::string to_manifest(const NetworkPolicy& policy);

// Every object of the cluster: namespaces, pods, policies.
std::string to_manifests(const ClusterState& cluster);

}  // namespace portcullis::test

#pragma once

#include <vector>

#include "compiler/base/address.h"
#include "compiler/cluster/cluster_state.h"
#include "daemon/command/findings.h"
#include "daemon/options/options.h"

// The parts of `portcullis check` that look at this host.
namespace portcullis {

// Checks that the kernel accepts what the daemon would commit, and permits it.
void check_kernel(const Options& options, Findings& findings);

void check_forwarding(Findings& findings);

// Whether pods can be isolated before they start.
void check_runtime(const Options& options, Findings& findings);

// Checks that the cluster knows this host by the given name.
void check_node_name(const Options& options, const ClusterState& cluster, Findings& findings);

// Checks that policies apply between pods on a bridge; the addresses are those of the node's pods.
void check_bridges(const std::vector<Address>& pods, Findings& findings);

}  // namespace portcullis

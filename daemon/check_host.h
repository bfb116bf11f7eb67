#pragma once

#include <vector>

#include "compiler/address.h"
#include "compiler/cluster_state.h"
#include "daemon/findings.h"
#include "daemon/options.h"

// The parts of `portcullis check` that look at this host.
namespace portcullis {

// That the kernel takes what the daemon would commit, and lets us.
void check_kernel(const Options& options, Findings& findings);

void check_forwarding(Findings& findings);

// That the cluster knows this host by the name that is given.
void check_node_name(const Options& options, const ClusterState& cluster, Findings& findings);

// That policies hold between pods on a bridge; these are the addresses of the node's pods.
void check_bridges(const std::vector<Address>& pods, Findings& findings);

}  // namespace portcullis

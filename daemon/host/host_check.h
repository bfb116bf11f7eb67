#pragma once

#include <set>
#include <string>
#include <vector>

#include "compiler/base/address.h"
#include "compiler/cluster/cluster_state.h"

namespace portcullis {

// Why policies do not apply on this host although every rule is in the kernel; empty: they do.
struct HostFaults {
  std::string node_name;  // the node has another name in the cluster (node_name.h)
  std::string bridge;     // bridge_fault()
};

// Pods at these addresses are on a bridge of this network namespace, and the kernel does not pass
// the bridge's packets to nf_tables (br_netfilter is missing or off). Empty: no such fault.
std::string bridge_fault(const std::vector<Address>& pods);

// Addresses of the node's pods that are not on the host network.
std::vector<Address> local_addresses(const ClusterState& cluster, const std::string& node_name);

// Tracks which pods are on this node, so that checking the host need not scan all pods of a large
// cluster. Not thread safe.
class HostCheck {
 public:
  explicit HostCheck(std::string node_name) : node_name_(std::move(node_name)) {}

  void note(const Change& change);

  // `cluster`: the state after the noted changes.
  HostFaults look(const ClusterState& cluster) const;

 private:
  const std::string node_name_;
  std::set<ObjectKey> local_;  // pods of this node
};

}  // namespace portcullis

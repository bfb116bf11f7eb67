#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/base/address.h"
#include "compiler/cluster/cluster_state.h"

namespace portcullis {

// The name that the kubelet gives to a node without --hostname-override: the host name in lower
// case. Empty if the host has none.
std::string default_node_name();

// Of the interfaces of this network namespace, without loopback and link-local ones. Sorted.
std::vector<Address> host_addresses();

// Whether the pod shows that the host with these sorted addresses is called `node_name`: it is
// unfinished and on a node of that name, and its status.hostIP is one of them or not known.
bool confirms_node_name(const Pod& pod, const std::string& node_name,
                        const std::vector<Address>& host_addresses);

// The name by which the cluster knows the host with these sorted addresses, if it is not
// `node_name`: the node of an unfinished pod whose status.hostIP is one of them. Only for use while
// no pod confirms `node_name`.
std::optional<std::string> other_node_name(const ClusterState& cluster,
                                           const std::string& node_name,
                                           const std::vector<Address>& host_addresses);

std::string node_name_fault(const std::string& node_name, const std::string& other);

}  // namespace portcullis

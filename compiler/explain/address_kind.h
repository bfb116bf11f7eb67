#pragma once

#include <optional>
#include <string>

#include "compiler/base/result.h"
#include "compiler/cluster/cluster_state.h"

// What kind of address a user typed.
namespace portcullis {

// An address that a connection through a node can have as an end. kInvalidInput: not an address, or
// a loopback, unspecified, multicast, broadcast or IPv4-mapped one; the message says what that
// means.
[[nodiscard]] Result<Address> parse_end_address(const std::string& text);

// Whether a pod reports it as an address of its node.
bool is_known_node(const ClusterState& cluster, const Address& address);

// True for the ranges from which clusters take Service addresses (RFC 1918, RFC 6598, RFC 4193).
// Policies never see such an address: kube-proxy first translates it to a pod's.
bool may_be_a_service(const Address& address);

}  // namespace portcullis

#pragma once

#include <optional>
#include <string>

#include "compiler/cluster_state.h"
#include "compiler/result.h"

// What an address that a user types can and cannot be.
namespace portcullis {

// An address that a connection through a node can come from and go to. kInvalidInput: it is no
// address; or it is a loopback, unspecified, multicast, broadcast or IPv4-mapped one, with what
// that means.
[[nodiscard]] Result<Address> parse_end_address(const std::string& text);

// Whether some pod says that it is an address of its node.
bool is_known_node(const ClusterState& cluster, const Address& address);

// True of the ranges that clusters take their Services' addresses from (RFC 1918, RFC 6598, RFC
// 4193). Policies never see such an address: kube-proxy puts a pod's in its place first.
bool may_be_a_service(const Address& address);

}  // namespace portcullis

#pragma once

#include <cstdint>
#include <string>

#include "compiler/cluster/cluster_state.h"

namespace portcullis::bench {

// The policies that isolate one of a node's 110 pods for ingress. Each admits its share of 60,000
// peers to one port; the client is a peer of only one of them. Another policy isolates all 110.
struct PolicedPod {
  Protocol protocol = Protocol::kTcp;
  int policies = 0;     // that admit somebody
  int ports = 1;        // different ones, among the policies in turn
  int admitted_by = 0;  // the policy that admits the client, from 1
  Address server{};
  Address client{};

  std::uint16_t port() const;  // that the client is admitted to
};

// As objects; the pod is on the node "local".
ClusterState cluster(const PolicedPod& pod);

// As a script for nft(8), as an engine with list-based rules programs it: a jump to each local
// pod's chain in turn, the server's last, and there a rule for each policy with a set of its peers.
// Replies need none of it, as with us.
std::string linear_ruleset(const PolicedPod& pod);

}  // namespace portcullis::bench

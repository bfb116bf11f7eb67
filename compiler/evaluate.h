#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/cluster_state.h"

// The reference evaluator: the verdict for one connection straight from the API objects, written
// to be obviously what SEMANTICS says. It shares nothing with compile() but the object types and
// selector matching, so that tests can hold one against the other.
namespace portcullis {

// A new connection, or a first packet, as the forward hook sees it: after DNAT, before SNAT.
struct Connection {
  Address source;
  Address destination;
  std::uint8_t protocol = 6;          // IANA number: 6 TCP, 17 UDP, 132 SCTP, 1 ICMP, ...
  std::optional<std::uint16_t> port;  // destination port; none for protocols without ports
};

// The rule that allows: its policy, and its place in that policy's list for the direction.
struct AllowingRule {
  ObjectKey policy;
  std::size_t index = 0;

  bool operator==(const AllowingRule&) const = default;
};

struct DirectionVerdict {
  bool isolated = false;             // some policy selects the pod in this direction
  bool allowed = true;               // open, or some rule allows
  std::vector<ObjectKey> policies;   // those that select, sorted
  std::optional<AllowingRule> rule;  // the first that allows, if isolated
};

struct Evaluation {
  DirectionVerdict egress;   // of the source
  DirectionVerdict ingress;  // of the destination

  bool allowed() const { return egress.allowed && ingress.allowed; }
};

Evaluation evaluate(const ClusterState& cluster, const Connection& connection);

}  // namespace portcullis

#pragma once

#include <string_view>
#include <vector>

#include "compiler/base/result.h"
#include "tests/support/rig/endpoint.h"
#include "tests/support/rig/topology.h"

namespace portcullis::test {

// A small cluster of unnamed network namespaces: nodes, the pods on them, and hosts outside.
// Everyone reaches everyone by IPv4 and IPv6 until a rule forbids it. It lives as long as this
// object: it has no names and no processes, so nothing is left behind, even after kill -9.
//
//     pod (eth0) ---- (veth<N>) node-1 (to-2) ---- (to-1) node-2 (veth<N>) ---- (eth0) pod
//                               node-1 (veth<N>) ---- (eth0) host
//
// Bridged pods are on the node's bridge cbr0 instead. Movable; const members are thread safe.
class Playground {
 public:
  // kPermission and kUnsupported are reasons to skip a test; other failures are errors in the
  // topology (they name the endpoint) or of the host.
  [[nodiscard]] static Result<Playground> build(const Topology& topology);

  // Nodes, pods, hosts, then further addresses of nodes, in the topology's order.
  const std::vector<Endpoint>& endpoints() const { return endpoints_; }

  // By its name ("node-1", "default/web", "internet"); aborts if there is none.
  const Endpoint& endpoint(std::string_view name) const;

  const Topology& topology() const { return topology_; }

 private:
  Playground(Topology topology, std::vector<Endpoint> endpoints);

  Topology topology_;
  std::vector<Endpoint> endpoints_;
};

}  // namespace portcullis::test

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/model/objects.h"
#include "tests/support/netns/network_namespace.h"
#include "tests/support/rig/topology.h"
#include "tests/support/rig/traffic.h"

namespace portcullis::test {

// One network namespace of a playground, or further addresses of a node, as source and destination
// of probes.
struct Endpoint {
  enum class Kind : std::uint8_t { kNode, kPod, kHost, kNodeAddress };

  Kind kind = Kind::kPod;
  std::string name{};  // "node-1", "default/web", "internet"
  std::string node{};  // that it is (of), runs on, or hangs on
  int number = 0;      // among all endpoints, from 1
  Address ipv4{};      // probes start from and go to these, whatever other addresses it has
  Address ipv6{};
  std::vector<Traffic> listens{};  // without ICMP, which everyone answers
  std::string ns{};                // these three of pods only
  Labels labels{};
  std::vector<NamedPort> ports{};
  NetworkNamespace netns;

  const Address& address(Family family) const { return family == Family::kIpv4 ? ipv4 : ipv6; }
  bool is_node() const { return kind == Kind::kNode; }
  bool is_pod() const { return kind == Kind::kPod; }
  bool is_node_address() const { return kind == Kind::kNodeAddress; }
};

// The topology's endpoints, each in a new, empty namespace: nodes, then pods, then hosts. Last the
// nodes' further addresses, in the nodes' namespaces.
[[nodiscard]] Result<std::vector<Endpoint>> make_endpoints(const Topology& topology);

}  // namespace portcullis::test

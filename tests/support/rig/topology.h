#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/model/objects.h"
#include "tests/support/rig/traffic.h"

// The description of a playground. All members have defaults, so that a test only sets what it is
// about. Empty addresses are assigned by position: pods 10.244.<node>.<10 + n> and
// fd00:10:244:<node>::<10 + n>, nodes 172.18.0.<n> and fd00:172:18::<n>, hosts 192.0.2.<10 + n> and
// 2001:db8::<10 + n>.
namespace portcullis::test {

// How pods reach their node.
enum class Wiring : std::uint8_t {
  kRouted,   // a veth pair each, host routes, a link-local gateway (as ptp and Calico do)
  kBridged,  // one bridge and subnet a node, and br_netfilter (as the bridge plugin does)
};

const char* to_string(Wiring wiring);

struct NamespaceSpec {
  std::string name{};
  Labels labels{};
};

struct PodSpec {
  std::string ns = "default";
  std::string name{};
  Labels labels{};
  std::vector<NamedPort> ports{};  // declared in its manifest; it listens on them
  std::vector<Traffic> listens{};  // on these too, undeclared
  std::string node{};              // empty: the first
  std::string ipv4{};              // bridged: in the subnet of its node
  std::string ipv6{};
};

// A machine outside the cluster, on a routed link to a node.
struct HostSpec {
  std::string name{};
  std::vector<Traffic> listens{};
  std::string node{};  // empty: the first
  std::string ipv4{};
  std::string ipv6{};
};

// A further address of a node in each family: a separate endpoint, in the node's namespace.
struct NodeAddressSpec {
  std::string name{};
  std::string node{};  // empty: the first
  std::string ipv4{};  // that of the node's bridge, or on its loopback
  std::string ipv6{};
};

struct Topology {
  Wiring wiring = Wiring::kRouted;
  std::vector<std::string> nodes = {"node-1"};  // each joined to each other
  std::vector<Traffic> node_listens{};          // on every node, at all its addresses
  std::vector<NamespaceSpec> namespaces{};      // those that have labels; others come by themselves
  std::vector<PodSpec> pods{};
  std::vector<HostSpec> hosts{};
  std::vector<NodeAddressSpec> node_addresses{};
};

}  // namespace portcullis::test

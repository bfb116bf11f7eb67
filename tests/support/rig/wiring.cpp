#include "tests/support/rig/wiring.h"

namespace portcullis::test {
namespace {

using Commands = std::vector<std::string>;

constexpr int kSubnetLength4 = 24;
constexpr int kSubnetLength6 = 64;
const std::string kGateway4 = "169.254.1.1";
const std::string kGateway6 = "fe80::1";

std::string link_name(const Endpoint& leaf) { return "veth" + std::to_string(leaf.number); }
std::string node_link(const Endpoint& node) { return "to-" + std::to_string(node.number); }

// On links between nodes, and on eth0: fe80::1 is reserved for the gateway.
std::string link_local(const Endpoint& endpoint) {
  return "fe80::" + std::to_string(endpoint.number + 1000);
}

std::string with_length(const Address& address, int length) {
  return to_string(address) + "/" + std::to_string(length);
}

std::string host_route(const Address& address) {
  return with_length(address, bits(address.family));
}

// The first address of an address's block: a subnet's gateway.
std::string gateway_of(const Address& address, int length) {
  const int host_bits = bits(address.family) - length;
  const Address gateway{address.family, ((address.value >> host_bits) << host_bits) + 1};
  return with_length(gateway, length);
}

bool is_gateway_of(const Endpoint& endpoint, const Endpoint& pod) {
  return gateway_of(pod.ipv4, kSubnetLength4) == with_length(endpoint.ipv4, kSubnetLength4) &&
         gateway_of(pod.ipv6, kSubnetLength6) == with_length(endpoint.ipv6, kSubnetLength6);
}

bool is_bridged(const Endpoint& endpoint, Wiring wiring) {
  return endpoint.is_pod() && wiring == Wiring::kBridged;
}

void add(Commands& commands, const Commands& more) {
  commands.insert(commands.end(), more.begin(), more.end());
}

Commands loopback_of_node(const Endpoint& node) {
  return {"link set lo up", "address add " + host_route(node.ipv4) + " dev lo",
          "address add " + host_route(node.ipv6) + " dev lo nodad"};
}

Commands bridge_for(const Endpoint& pod) {
  return {"link add cbr0 type bridge mcast_snooping 0", "link set cbr0 up",
          "address add " + gateway_of(pod.ipv4, kSubnetLength4) + " dev cbr0",
          "address add " + gateway_of(pod.ipv6, kSubnetLength6) + " dev cbr0 nodad",
          "address add " + kGateway6 + "/64 dev cbr0 nodad"};  // solicits neighbours from it
}

std::string new_link(const std::string& name, const std::string& peer, const Endpoint& to) {
  return "link add " + name + " type veth peer name " + peer + " netns " + to.netns.path();
}

Commands link_to_leaf(const Endpoint& leaf, bool bridged) {
  const std::string name = link_name(leaf);
  if (bridged) {
    return {new_link(name, "eth0", leaf), "link set " + name + " master cbr0 up",
            // br_netfilter's redirects to the sender must leave by the port they came from.
            "link set " + name + " type bridge_slave hairpin on"};
  }
  return {new_link(name, "eth0", leaf),
          "link set " + name + " up",
          "address add " + kGateway4 + "/32 dev " + name + " scope link",
          "address add " + kGateway6 + "/64 dev " + name + " nodad",
          "route add " + host_route(leaf.ipv4) + " dev " + name,
          "route add " + host_route(leaf.ipv6) + " dev " + name};
}

Commands link_to_node(const Endpoint& node, const Endpoint& other) {
  const std::string name = node_link(other);
  Commands commands;
  if (node.number < other.number) commands.push_back(new_link(name, node_link(node), other));
  // Its own addresses here, too, as on any machine: masquerading uses those of the outgoing path.
  add(commands,
      {"link set " + name + " up", "address add " + link_local(node) + "/64 dev " + name + " nodad",
       "address add " + host_route(node.ipv4) + " dev " + name,
       "address add " + host_route(node.ipv6) + " dev " + name + " nodad",
       "route add " + host_route(other.ipv4) + " dev " + name,
       "route add " + host_route(other.ipv6) + " via " + link_local(other) + " dev " + name});
  return commands;
}

Commands routes_through(const Endpoint& node, const Endpoint& leaf) {
  const std::string link = " dev " + node_link(node);
  return {"route add " + host_route(leaf.ipv4) + " via " + to_string(node.ipv4) + link,
          "route add " + host_route(leaf.ipv6) + " via " + link_local(node) + link};
}

const Endpoint& node_of(const Endpoint& leaf, const std::vector<Endpoint>& all) {
  std::size_t at = 0;
  while (all[at].name != leaf.node) ++at;
  return all[at];
}

Commands commands_of_node(const Endpoint& node, const std::vector<Endpoint>& all, Wiring wiring) {
  Commands commands = loopback_of_node(node);
  bool has_bridge = false;
  for (const auto& other : all) {
    if (other.kind == Endpoint::Kind::kNode) {
      if (other.number != node.number) add(commands, link_to_node(node, other));
    } else if (other.node != node.name) {
      add(commands, routes_through(node_of(other, all), other));
    } else if (!other.is_node_address()) {
      const bool bridged = is_bridged(other, wiring);
      if (bridged && !has_bridge) add(commands, bridge_for(other));
      has_bridge = has_bridge || bridged;
      add(commands, link_to_leaf(other, bridged));
    }
  }
  return commands;
}

Commands commands_of_leaf(const Endpoint& leaf, bool bridged) {
  const int length4 = bridged ? kSubnetLength4 : bits(Family::kIpv4);
  const int length6 = bridged ? kSubnetLength6 : bits(Family::kIpv6);
  Commands commands = {"link set lo up", "link set eth0 up",
                       "address add " + with_length(leaf.ipv4, length4) + " dev eth0",
                       "address add " + with_length(leaf.ipv6, length6) + " dev eth0 nodad",
                       "address add " + link_local(leaf) + "/64 dev eth0 nodad"};
  std::string gateway4 = kGateway4;
  std::string gateway6 = kGateway6;
  if (bridged) {
    gateway4 = gateway_of(leaf.ipv4, length4);
    gateway6 = gateway_of(leaf.ipv6, length6);
    gateway4.resize(gateway4.find('/'));
    gateway6.resize(gateway6.find('/'));
  } else {
    commands.push_back("route add " + gateway4 + "/32 dev eth0 scope link");
  }
  commands.push_back("route add 0.0.0.0/0 via " + gateway4 + " dev eth0");
  commands.push_back("route add ::/0 via " + gateway6 + " dev eth0");
  return commands;
}

// None for the address of the node's bridge, which already has it.
Commands commands_of_node_address(const Endpoint& endpoint, const std::vector<Endpoint>& all,
                                  Wiring wiring) {
  for (const auto& other : all) {
    const bool bridged = is_bridged(other, wiring) && other.node == endpoint.node;
    if (bridged && is_gateway_of(endpoint, other)) return {};
  }
  return {"address add " + host_route(endpoint.ipv4) + " dev lo",
          "address add " + host_route(endpoint.ipv6) + " dev lo nodad"};
}

}  // namespace

std::vector<Sysctl> sysctls_of(const Endpoint& endpoint, Wiring wiring) {
  std::vector<Sysctl> sysctls = {
      {"net/ipv6/conf/all/disable_ipv6", "0"},
      {"net/ipv6/conf/default/disable_ipv6", "0"},
      {"net/ipv6/conf/default/addr_gen_mode", "1"},  // link-local addresses are ours to give
      {"net/ipv6/conf/default/accept_ra", "0"},
      {"net/ipv4/conf/all/rp_filter", "0"},
      {"net/ipv4/conf/default/rp_filter", "0"},
      {"net/ipv4/conf/all/send_redirects", "0"},
      {"net/ipv4/conf/default/send_redirects", "0"},
      {"net/ipv4/icmp_ratelimit", "0"},  // a refusal must not look like silence
      {"net/ipv6/icmp/ratelimit", "0"},
      {"net/ipv4/ping_group_range", "0 0"}};
  if (endpoint.kind == Endpoint::Kind::kNode) {
    sysctls.push_back({"net/ipv4/ip_forward", "1"});
    sysctls.push_back({"net/ipv6/conf/all/forwarding", "1"});
    if (wiring == Wiring::kBridged) {
      sysctls.push_back({"net/bridge/bridge-nf-call-iptables", "1"});
      sysctls.push_back({"net/bridge/bridge-nf-call-ip6tables", "1"});
    }
  }
  return sysctls;
}

std::vector<std::string> ip_commands_of(const Endpoint& endpoint, const std::vector<Endpoint>& all,
                                        Wiring wiring) {
  if (endpoint.kind == Endpoint::Kind::kNode) return commands_of_node(endpoint, all, wiring);
  if (endpoint.is_node_address()) return commands_of_node_address(endpoint, all, wiring);
  return commands_of_leaf(endpoint, is_bridged(endpoint, wiring));
}

}  // namespace portcullis::test

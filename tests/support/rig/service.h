#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/base/address.h"
#include "compiler/base/result.h"
#include "tests/support/rig/playground.h"
#include "tests/support/rig/traffic.h"

// Services as kube-proxy implements them: its nat rules, verbatim, reduced to what decides which
// addresses a packet has, and when (https://kubernetes.io/docs/reference/networking/virtual-ips/).
//
//     prerouting, output   Service's address or node port: mark for masquerade?, DNAT to the pod
//     forward              where policies judge
//     postrouting          if marked: masquerade
namespace portcullis::test {

enum class ExternalTrafficPolicy : std::uint8_t {
  kCluster,  // every node answers on the node port, and masquerades
  kLocal,    // only the pod's node does, and the client keeps its address
};

// One port of a Service in one family, with one pod behind it.
struct Service {
  std::string name{};  // of its chains: at most 19 characters, the Service's and the port's
  Transport protocol = Transport::kTcp;
  Address cluster_ip{};
  std::uint16_t port = 0;
  std::uint16_t node_port = 0;  // 0: none
  ExternalTrafficPolicy external = ExternalTrafficPolicy::kCluster;
  Address pod{};  // the endpoint, ready, of cluster_ip's family
  std::uint16_t target_port = 0;
  std::string pod_node{};  // name of the node that it runs on
};

// The node that a kube-proxy works for.
struct ProxyNode {
  std::string name{};
  Address address{};  // answers on node ports; its family is that of the rules
  Cidr pods{};        // of the whole cluster; others are masqueraded on their way to a cluster IP
};

enum class ProxyMode : std::uint8_t { kIptables, kIptablesLegacy, kNftables };

const char* to_string(ProxyMode mode);  // "iptables_legacy"

// All Services of the node's family: the complete tables nat and filter for iptables-restore(8) or
// ip6tables-restore(8), or table kube-proxy for nft(8), replacing their previous content.
std::string iptables_rules(const std::vector<Service>& services, const ProxyNode& node);
std::string nftables_rules(const std::vector<Service>& services, const ProxyNode& node);

// Makes every node of the playground serve exactly these, of both families. kUnsupported if the
// kernel or its tools lack iptables-legacy.
[[nodiscard]] Result<void> serve(const Playground& playground, const std::vector<Service>& services,
                                 ProxyMode mode);

}  // namespace portcullis::test

#include "tests/support/rig/service.h"

#include "tests/support/rig/command.h"
#include "tests/support/rig/service_text.h"

namespace portcullis::test {
namespace {

// The range of pod addresses in topology.h.
constexpr const char* kPods4 = "10.244.0.0/16";
constexpr const char* kPods6 = "fd00:10:244::/48";

const char* word(Transport protocol) {
  switch (protocol) {
    case Transport::kUdp:
      return "udp";
    case Transport::kSctp:
      return "sctp";
    case Transport::kTcp:
    case Transport::kIcmp:
    case Transport::kGre:
    case Transport::kTcpAck:
      break;
  }
  return "tcp";
}

std::string target_of(const Service& service) {
  const std::string pod = to_string(service.pod);
  const std::string port = ":" + std::to_string(service.target_port);
  return service.pod.family == Family::kIpv4 ? pod + port : "[" + pod + "]" + port;
}

std::vector<std::string> command_of(ProxyMode mode, Family family) {
  if (mode == ProxyMode::kNftables) return {"nft", "-f", "-"};
  const std::string name = family == Family::kIpv4 ? "iptables" : "ip6tables";
  const std::string variant = mode == ProxyMode::kIptablesLegacy ? "-legacy" : "";
  return {name + variant + "-restore", "--wait"};  // for the lock that all namespaces share
}

bool has_legacy(const NetworkNamespace& netns) {
  return run_command(netns, {"iptables-legacy", "--wait", "-t", "nat", "-S"}).has_value();
}

// kube-proxy relies on a node's default route for the node's own packets; ours have none.
Result<void> route(const Endpoint& node, const std::vector<Service>& services) {
  std::vector<std::string> commands;
  for (const auto& service : services)
    commands.push_back("route replace " + to_string(service.cluster_ip) + " dev lo");
  return run_ip(node.netns, commands);
}

Result<void> serve_family(const Endpoint& node, Family family, const std::vector<Service>& all,
                          ProxyMode mode) {
  const ProxyNode proxy{node.name, node.address(family),
                        *parse_cidr(family == Family::kIpv4 ? kPods4 : kPods6)};
  std::vector<Service> services;
  for (const auto& service : all) {
    if (service.cluster_ip.family == family) services.push_back(service);
  }
  const bool nft = mode == ProxyMode::kNftables;
  const auto rules = nft ? nftables_rules(services, proxy) : iptables_rules(services, proxy);
  const auto loaded = run_command(node.netns, command_of(mode, family), rules);
  if (!loaded) return tl::unexpected(loaded.error());
  return route(node, services);
}

}  // namespace

const char* to_string(ProxyMode mode) {
  switch (mode) {
    case ProxyMode::kIptables:
      return "iptables";
    case ProxyMode::kIptablesLegacy:
      return "iptables_legacy";
    case ProxyMode::kNftables:
      return "nftables";
  }
  return "?";
}

std::string fill_in(std::string_view text, const Blanks& values) {
  std::string filled(text);
  for (const auto& [name, value] : values) {
    const std::string blank = "<" + name + ">";
    for (auto at = filled.find(blank); at != filled.npos; at = filled.find(blank, at))
      filled.replace(at, blank.size(), value);
  }
  return filled;
}

Blanks blanks_of(const Service& service, const ProxyNode& node) {
  return {{"name", service.name},
          {"protocol", word(service.protocol)},
          {"cluster-ip", to_string(service.cluster_ip)},
          {"port", std::to_string(service.port)},
          {"node-port", std::to_string(service.node_port)},
          {"pod", to_string(service.pod)},
          {"target", target_of(service)},
          {"node", to_string(node.address)},
          {"pods", to_string(node.pods)}};
}

bool drops_from_outside(const Service& service, const ProxyNode& node) {
  return service.node_port != 0 && service.external == ExternalTrafficPolicy::kLocal &&
         service.pod_node != node.name;
}

std::string rules_of(const Service& service, const ProxyNode& node, const ServiceRules& rules) {
  std::string text(rules.cluster_ip);
  if (service.node_port != 0) {
    const bool local = service.external == ExternalTrafficPolicy::kLocal;
    text += local ? rules.external_local : rules.external_cluster;
    if (local && !drops_from_outside(service, node)) text += rules.external_here;
    text += rules.node_port;
  }
  return fill_in(text, blanks_of(service, node));
}

Result<void> serve(const Playground& playground, const std::vector<Service>& services,
                   ProxyMode mode) {
  for (const auto& node : playground.endpoints()) {
    if (!node.is_node()) continue;
    if (mode == ProxyMode::kIptablesLegacy && !has_legacy(node.netns))
      return failure(ErrorCode::kUnsupported, "iptables-legacy does not work on this kernel");
    for (const auto family : {Family::kIpv4, Family::kIpv6}) {
      const auto served = serve_family(node, family, services, mode);
      if (!served) return failure(served.error().code, node.name + ": " + served.error().message);
    }
  }
  return {};
}

}  // namespace portcullis::test

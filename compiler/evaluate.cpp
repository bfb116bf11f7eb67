#include "compiler/evaluate.h"

#include <algorithm>

namespace portcullis {
namespace {

// One end of the connection: an address, and the pod that it belongs to, if any.
struct End {
  Address address;
  const Pod* pod = nullptr;
  bool denied = false;  // malformed, or claimed by two pods with equal right
};

bool has_better_claim(const Pod& a, const Pod& b) {
  if (a.terminating != b.terminating) return !a.terminating;
  const bool a_runs = a.phase == PodPhase::kRunning;
  const bool b_runs = b.phase == PodPhase::kRunning;
  if (a_runs != b_runs) return a_runs;
  return a.created_at > b.created_at;
}

End find_end(const ClusterState& cluster, const Address& address) {
  End end{address};
  for (const auto& [key, pod] : cluster.pods()) {
    const auto& addresses = pod->addresses;
    if (pod->host_network || pod->finished()) continue;
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) continue;
    if (end.pod == nullptr || has_better_claim(*pod, *end.pod)) {
      end = {address, pod.get(), pod->malformed};
    } else if (!has_better_claim(*end.pod, *pod)) {
      end.denied = true;
    }
  }
  return end;
}

bool namespace_matches(const ClusterState& cluster, const LabelSelector& selector,
                       const std::string& name) {
  if (selector.selects_everything()) return true;
  const auto ns = cluster.namespaces().find(name);
  return ns != cluster.namespaces().end() && !ns->second->malformed &&
         selector.matches(ns->second->labels);
}

bool pod_matches(const ClusterState& cluster, const PodPeer& peer, const std::string& policy_ns,
                 const End& far) {
  if (far.pod == nullptr || far.denied) return false;
  const bool in_namespace = peer.namespaces
                                ? namespace_matches(cluster, *peer.namespaces, far.pod->key.ns)
                                : far.pod->key.ns == policy_ns;
  return in_namespace && peer.pods.matches(far.pod->labels);
}

bool block_matches(const IpBlock& block, const Address& address) {
  return block.cidr.contains(address) &&
         std::none_of(block.except.begin(), block.except.end(),
                      [&](const Cidr& except) { return except.contains(address); });
}

bool peers_match(const ClusterState& cluster, const PolicyRule& rule, const std::string& policy_ns,
                 const End& far) {
  if (rule.peers.empty()) return true;
  return std::any_of(rule.peers.begin(), rule.peers.end(), [&](const PolicyPeer& peer) {
    if (const auto* block = std::get_if<IpBlock>(&peer)) return block_matches(*block, far.address);
    return pod_matches(cluster, std::get<PodPeer>(peer), policy_ns, far);
  });
}

// `server` is the end that the connection goes to: it gives a port its name.
bool port_matches(const PolicyPort& wanted, const Connection& connection, const End& server) {
  if (static_cast<std::uint8_t>(wanted.protocol) != connection.protocol) return false;
  if (std::holds_alternative<EveryPort>(wanted.port)) return true;
  if (!connection.port) return false;
  if (const auto* range = std::get_if<PortRange>(&wanted.port)) {
    return range->first <= *connection.port && *connection.port <= range->last;
  }
  if (server.pod == nullptr || server.denied) return false;
  for (const auto& port : server.pod->ports) {
    if (port.name == std::get<std::string>(wanted.port) && port.protocol == wanted.protocol) {
      return port.number == *connection.port;
    }
  }
  return false;
}

bool ports_match(const PolicyRule& rule, const Connection& connection, const End& server) {
  if (rule.ports.empty()) return true;
  return std::any_of(rule.ports.begin(), rule.ports.end(), [&](const PolicyPort& port) {
    return port_matches(port, connection, server);
  });
}

struct Side {
  bool ingress;
  const End& subject;
  const End& far;
  const End& server;
};

void judge(const ClusterState& cluster, const Connection& connection, const NetworkPolicy& policy,
           const Side& side, DirectionVerdict& verdict) {
  verdict.isolated = true;
  verdict.policies.push_back(policy.key);
  if (policy.malformed) return;
  const auto& rules = side.ingress ? policy.ingress : policy.egress;
  for (std::size_t i = 0; i < rules.size() && !verdict.allowed; ++i) {
    if (!peers_match(cluster, rules[i], policy.key.ns, side.far)) continue;
    if (!ports_match(rules[i], connection, side.server)) continue;
    verdict.allowed = true;
    verdict.rule = AllowingRule{policy.key, i};
  }
}

DirectionVerdict judge(const ClusterState& cluster, const Connection& connection,
                       const Side& side) {
  DirectionVerdict verdict;
  if (side.subject.pod == nullptr) return verdict;
  if (side.subject.denied) return {true, false, {}, std::nullopt};
  for (const auto& [key, policy] : cluster.policies()) {
    const bool isolates = side.ingress ? policy->isolates_ingress : policy->isolates_egress;
    if (!isolates || key.ns != side.subject.pod->key.ns) continue;
    if (!policy->pod_selector.matches(side.subject.pod->labels)) continue;
    if (!verdict.isolated) verdict.allowed = false;
    judge(cluster, connection, *policy, side, verdict);
  }
  return verdict;
}

}  // namespace

Evaluation evaluate(const ClusterState& cluster, const Connection& connection) {
  // A pod can't block itself.
  if (connection.source == connection.destination) return {};
  const auto source = find_end(cluster, connection.source);
  const auto destination = find_end(cluster, connection.destination);
  return {judge(cluster, connection, Side{false, source, destination, destination}),
          judge(cluster, connection, Side{true, destination, source, destination})};
}

}  // namespace portcullis

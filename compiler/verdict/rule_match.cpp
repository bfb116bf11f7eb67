#include "compiler/verdict/rule_match.h"

#include <algorithm>

namespace portcullis {
namespace {

bool block_matches(const IpBlock& block, const Address& address) {
  return block.cidr.contains(address) &&
         std::none_of(block.except.begin(), block.except.end(),
                      [&](const Cidr& except) { return except.contains(address); });
}

bool pod_matches(const ClusterState& cluster, const PodPeer& peer,
                 const std::string& policy_namespace, const End& far) {
  if (far.pod == nullptr || far.quarantined()) return false;
  return namespace_matches(cluster, peer, policy_namespace, *far.pod) &&
         peer.pods.matches(far.pod->labels);
}

bool is_of(const Connection& connection, Protocol protocol) {
  return connection.protocol == static_cast<std::uint8_t>(protocol);
}

bool port_matches(const PolicyPort& wanted, const Connection& connection, const End& destination) {
  if (!is_of(connection, wanted.protocol)) return false;
  if (std::holds_alternative<EveryPort>(wanted.port)) return true;
  if (!connection.port) return false;
  if (const auto* range = std::get_if<PortRange>(&wanted.port)) {
    return range->first <= *connection.port && *connection.port <= range->last;
  }
  return resolve(std::get<std::string>(wanted.port), wanted.protocol, destination) ==
         connection.port;
}

}  // namespace

bool namespace_matches(const ClusterState& cluster, const PodPeer& peer,
                       const std::string& policy_namespace, const Pod& pod) {
  if (!peer.namespaces) return pod.key.ns == policy_namespace;
  if (peer.namespaces->selects_everything()) return true;
  const auto ns = cluster.namespaces().find(pod.key.ns);
  return ns != cluster.namespaces().end() && !ns->second->malformed &&
         peer.namespaces->matches(ns->second->labels);
}

bool peers_match(const ClusterState& cluster, const PolicyRule& rule,
                 const std::string& policy_namespace, const End& far) {
  if (rule.peers.empty()) return true;
  return std::any_of(rule.peers.begin(), rule.peers.end(), [&](const PolicyPeer& peer) {
    if (const auto* block = std::get_if<IpBlock>(&peer)) return block_matches(*block, far.address);
    return pod_matches(cluster, std::get<PodPeer>(peer), policy_namespace, far);
  });
}

bool ports_match(const PolicyRule& rule, const Connection& connection, const End& destination) {
  if (rule.ports.empty()) return true;
  return std::any_of(rule.ports.begin(), rule.ports.end(), [&](const PolicyPort& port) {
    return port_matches(port, connection, destination);
  });
}

bool has_protocol(const PolicyRule& rule, const Connection& connection) {
  return rule.ports.empty() ||
         std::any_of(rule.ports.begin(), rule.ports.end(),
                     [&](const PolicyPort& port) { return is_of(connection, port.protocol); });
}

std::optional<std::uint16_t> resolve(const std::string& name, Protocol protocol, const End& end) {
  if (end.pod == nullptr || end.quarantined()) return std::nullopt;
  for (const auto& port : end.pod->ports) {
    if (port.name == name && port.protocol == protocol) return port.number;
  }
  return std::nullopt;
}

}  // namespace portcullis

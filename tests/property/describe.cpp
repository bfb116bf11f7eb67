#include <sstream>

#include "tests/property/generators.h"

namespace portcullis::test {
namespace {

std::string text(const Labels& labels) {
  std::string text = "{";
  for (const auto& [key, value] : labels) text += " " + key + "=" + value;
  return text + " }";
}

std::string text(const PolicyPort& port) {
  std::string text = to_string(port.protocol);
  if (const auto* range = std::get_if<PortRange>(&port.port)) {
    return text + "/" + std::to_string(range->first) + "-" + std::to_string(range->last);
  }
  if (const auto* name = std::get_if<std::string>(&port.port)) return text + "/" + *name;
  return text;
}

std::string text(const PolicyPeer& peer) {
  if (const auto* block = std::get_if<IpBlock>(&peer)) {
    std::string text = to_string(block->cidr);
    for (const auto& except : block->except) text += " except " + to_string(except);
    return text;
  }
  const auto& pods = std::get<PodPeer>(peer);
  return "pods(" + to_string(pods.pods) + ")" +
         (pods.namespaces ? " namespaces(" + to_string(*pods.namespaces) + ")" : "");
}

void write(std::ostream& out, const char* direction, const std::vector<PolicyRule>& rules) {
  for (const auto& rule : rules) {
    out << "    " << direction << " ports [";
    for (const auto& port : rule.ports) out << " " << text(port);
    out << " ] peers [";
    for (const auto& peer : rule.peers) out << " " << text(peer) << ";";
    out << " ]\n";
  }
}

void write(std::ostream& out, const Pod& pod) {
  out << "pod " << to_string(pod.key) << " on " << pod.node_name << " " << text(pod.labels)
      << " created " << pod.created_at << " phase " << static_cast<int>(pod.phase)
      << (pod.host_network ? " hostNetwork" : "") << (pod.terminating ? " terminating" : "")
      << (pod.malformed ? " malformed" : "");
  for (const auto& address : pod.addresses) out << " " << to_string(address);
  for (const auto& port : pod.ports) {
    out << " " << port.name << "=" << to_string(port.protocol) << "/" << port.number;
  }
  out << "\n";
}

void write(std::ostream& out, const NetworkPolicy& policy) {
  out << "policy " << to_string(policy.key) << " pods(" << to_string(policy.pod_selector) << ")"
      << (policy.isolates_ingress ? " Ingress" : "") << (policy.isolates_egress ? " Egress" : "")
      << (policy.malformed ? " malformed" : "") << "\n";
  write(out, "ingress", policy.ingress);
  write(out, "egress", policy.egress);
}

}  // namespace

std::string describe(const ClusterState& cluster) {
  std::ostringstream out;
  for (const auto& [name, ns] : cluster.namespaces()) {
    out << "namespace " << name << " " << text(ns->labels) << (ns->malformed ? " malformed" : "")
        << "\n";
  }
  for (const auto& [key, pod] : cluster.pods()) write(out, *pod);
  for (const auto& [key, policy] : cluster.policies()) write(out, *policy);
  return out.str();
}

std::string describe(const Connection& connection) {
  return to_string(connection.source) + " -> " + to_string(connection.destination) + " protocol " +
         std::to_string(connection.protocol) +
         (connection.port ? " port " + std::to_string(*connection.port) : "");
}

}  // namespace portcullis::test

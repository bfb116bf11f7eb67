#include "compiler/explain/nearest_miss.h"

#include <algorithm>

#include "compiler/policy/peer_selector.h"
#include "compiler/verdict/rule_match.h"

namespace portcullis {
namespace {

constexpr std::size_t kMostListed = 5;

std::string text_of(const PolicyPort& port, const End& destination) {
  const std::string protocol = to_string(port.protocol);
  if (const auto* range = std::get_if<PortRange>(&port.port)) {
    const auto first = std::to_string(range->first);
    const bool one = range->first == range->last;
    return first + (one ? "" : "-" + std::to_string(range->last)) + "/" + protocol;
  }
  const auto* name = std::get_if<std::string>(&port.port);
  if (name == nullptr) return "every port/" + protocol;
  const auto number = resolve(*name, port.protocol, destination);
  return *name + "/" + protocol +
         (number ? " (" + std::to_string(*number) + ")"
                 : " (not a port name of " + name_of(destination) + ")");
}

std::string ports_text(const PolicyRule& rule, const End& destination) {
  std::vector<std::string> items;
  for (const auto& port : rule.ports) items.push_back(text_of(port, destination));
  return items.empty() ? "all traffic" : listed(items);
}

std::string text_of(const IpBlock& block) {
  std::vector<std::string> except;
  for (const auto& each : block.except) except.push_back(to_string(each));
  return to_string(block.cidr) + (except.empty() ? "" : " except " + listed(except));
}

std::string peers_text(const PolicyRule& rule, const std::string& policy_namespace) {
  std::vector<std::string> items;
  for (const auto& peer : rule.peers) {
    const auto* block = std::get_if<IpBlock>(&peer);
    items.push_back(block != nullptr
                        ? text_of(*block)
                        : to_string(peer_selector(std::get<PodPeer>(peer), policy_namespace)));
  }
  return items.empty() ? "everyone" : listed(items);
}

std::string labels_text(const Labels& labels) {
  std::string text;
  for (const auto& [key, value] : labels) {
    if (!text.empty()) text += ",";
    text += key;
    text += "=" + value;
  }
  return text.empty() ? "no labels" : text;
}

bool selects_namespaces(const PolicyRule& rule) {
  return std::any_of(rule.peers.begin(), rule.peers.end(), [](const PolicyPeer& peer) {
    const auto* pods = std::get_if<PodPeer>(&peer);
    return pods != nullptr && pods->namespaces;
  });
}

std::string origin_text(const std::string& origin) {
  return origin.empty() ? "" : " (" + origin + ")";
}

// The far end, with the properties that peers match.
std::string far_text(const ClusterState& cluster, const PolicyRule& rule, const End& far,
                     const Pod* host) {
  if (host != nullptr) {
    return to_string(host->key) + " (" + to_string(far.address) +
           "), which is on the host network and matches no selector";
  }
  if (far.pod == nullptr) return to_string(far.address) + ", not a pod address";
  if (far.quarantined()) return name_of(far) + ", which is quarantined and matches no peer";
  auto text = name_of(far) + " (" + labels_text(far.pod->labels) + ")";
  if (!selects_namespaces(rule)) return text;
  const auto ns = cluster.namespaces().find(far.pod->key.ns);
  if (ns == cluster.namespaces().end()) return text + " in an unknown namespace";
  if (ns->second->malformed) {
    return text + " in namespace " + far.pod->key.ns + ", whose object is invalid" +
           origin_text(ns->second->origin);
  }
  return text + " in namespace " + far.pod->key.ns + " (" + labels_text(ns->second->labels) + ")";
}

std::string traffic_text(const Connection& connection) {
  if (connection.port) return "uses " + traffic_of(connection);
  return "is " + traffic_of(connection) + " without a port";
}

}  // namespace

std::string listed(const std::vector<std::string>& items, const std::string& last) {
  std::string text;
  const auto shown = std::min(items.size(), kMostListed);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += i + 1 == items.size() ? " " + last + " " : ", ";
    text += items[i];
  }
  if (shown < items.size()) {
    text += " " + last + " " + std::to_string(items.size() - shown) + " more";
  }
  return text;
}

std::string name_of(const End& end) {
  return end.pod != nullptr ? to_string(end.pod->key) : to_string(end.address);
}

std::string subject_of(const Explanation& explanation, Direction direction) {
  const bool source = direction == Direction::kEgress;
  const auto* host =
      source ? explanation.question.source_host : explanation.question.destination_host;
  if (host != nullptr) return to_string(host->key);
  return name_of(source ? explanation.source : explanation.destination);
}

std::string field_of(const RuleReference& rule, Direction direction) {
  return std::string("spec.") + to_string(direction) + "[" + std::to_string(rule.index) + "]";
}

std::string describe_nearest_miss(const ClusterState& cluster, const Explanation& explanation,
                                  Direction direction) {
  const bool ingress = direction == Direction::kIngress;
  const auto& verdict = ingress ? explanation.evaluation.ingress : explanation.evaluation.egress;
  const auto& miss = *verdict.nearest_miss;
  const auto& policy = *cluster.policies().at(miss.rule.policy);
  const auto& rule = (ingress ? policy.ingress : policy.egress)[miss.rule.index];
  const auto& far = ingress ? explanation.source : explanation.destination;
  const auto& question = explanation.question;
  const auto* far_host = ingress ? question.source_host : question.destination_host;
  std::string text = "policy " + to_string(policy.key) + ", " + field_of(miss.rule, direction) +
                     ", allows " + ports_text(rule, explanation.destination) +
                     (ingress ? " from " : " to ") + peers_text(rule, policy.key.ns) + "; ";
  if (question.all_traffic && miss.peers_match)
    return text + "the destination has none of these ports";
  text += "the connection ";
  const bool tells_ports = !miss.ports_match && !question.all_traffic;
  if (tells_ports) text += traffic_text(question.connection);
  if (tells_ports && !miss.peers_match) text += " and ";
  if (!miss.peers_match) {
    text += (ingress ? "comes from " : "goes to ") + far_text(cluster, rule, far, far_host);
  }
  return text;
}

}  // namespace portcullis

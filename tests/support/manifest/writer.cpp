#include "tests/support/manifest/writer.h"

#include <array>
#include <ctime>
#include <nlohmann/json.hpp>

namespace portcullis::test {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kUnreadable = "unreadable on purpose";
constexpr const char* kLongAgo = "2001-09-09T01:46:40Z";

Json empty_map() { return Json::object(); }
Json empty_list() { return Json::array(); }

// The first two levels as YAML blocks, deeper ones as JSON, which is also YAML.
std::string print(const Json& object, int level = 0) {
  std::string text;
  for (const auto& [key, value] : object.items()) {
    const bool nested = level < 1 && value.is_object() && !value.empty();
    text += std::string(static_cast<std::size_t>(2 * level), ' ') + key + ":";
    text += nested ? "\n" + print(value, level + 1) : " " + value.dump() + "\n";
  }
  return text;
}

std::string document(const Json& object) { return "---\n" + print(object); }

Json to_json(const Labels& labels) {
  Json json = empty_map();
  for (const auto& [key, value] : labels) json[key] = value;
  return json;
}

const char* to_text(Operator op) {
  constexpr std::array kNames = {"In", "NotIn", "Exists", "DoesNotExist"};
  return kNames[static_cast<std::size_t>(op)];
}

Json to_json(const LabelSelector& selector) {
  Json labels = empty_map();
  Json expressions = empty_list();
  for (const auto& requirement : selector.requirements()) {
    const bool is_label = requirement.op == Operator::kIn && requirement.values.size() == 1;
    if (is_label && !labels.contains(requirement.key)) {
      labels[requirement.key] = requirement.values.front();
      continue;
    }
    Json expression{{"key", requirement.key}, {"operator", to_text(requirement.op)}};
    if (!requirement.values.empty()) expression["values"] = requirement.values;
    expressions.push_back(expression);
  }
  Json json = empty_map();
  if (!labels.empty()) json["matchLabels"] = labels;
  if (!expressions.empty()) json["matchExpressions"] = expressions;
  return json;
}

Json to_json(const PolicyPort& port) {
  Json json{{"protocol", to_string(port.protocol)}};
  if (const auto* name = std::get_if<std::string>(&port.port)) json["port"] = *name;
  if (const auto* range = std::get_if<PortRange>(&port.port)) {
    json["port"] = range->first;
    if (range->last != range->first) json["endPort"] = range->last;
  }
  return json;
}

Json to_json(const PolicyPeer& peer) {
  if (const auto* block = std::get_if<IpBlock>(&peer)) {
    Json json{{"cidr", to_string(block->cidr)}};
    for (const auto& except : block->except) json["except"].push_back(to_string(except));
    return {{"ipBlock", json}};
  }
  const auto& pods = std::get<PodPeer>(peer);
  Json json = empty_map();
  if (pods.namespaces) json["namespaceSelector"] = to_json(*pods.namespaces);
  json["podSelector"] = to_json(pods.pods);
  return json;
}

Json to_json(const std::vector<PolicyRule>& rules, const char* peers_name) {
  Json json = empty_list();
  for (const auto& rule : rules) {
    Json item = empty_map();
    for (const auto& port : rule.ports) item["ports"].push_back(to_json(port));
    for (const auto& peer : rule.peers) item[peers_name].push_back(to_json(peer));
    json.push_back(item);
  }
  return json;
}

std::string timestamp(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, sizeof "2001-09-09T01:46:40Z"> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text.data();
}

Json metadata(const ObjectKey& key) {
  Json json{{"name", key.name}};
  if (!key.ns.empty()) json["namespace"] = key.ns;
  return json;
}

Json container_of(const Pod& pod) {
  Json json{{"name", "app"}, {"image", "example"}};
  for (const auto& port : pod.ports) {
    json["ports"].push_back({{"containerPort", port.number},
                             {"protocol", to_string(port.protocol)},
                             {"name", port.name}});
  }
  return json;
}

Json status_of(const Pod& pod) {
  constexpr std::array kPhases = {"Pending", "Running", "Succeeded", "Failed", "Unknown"};
  Json json{{"phase", kPhases[static_cast<std::size_t>(pod.phase)]}};
  if (!pod.addresses.empty()) json["podIP"] = to_string(pod.addresses.front());
  for (const auto& address : pod.addresses) json["podIPs"].push_back({{"ip", to_string(address)}});
  if (!pod.node_addresses->empty()) json["hostIP"] = to_string(pod.node_addresses->front());
  for (const auto& address : pod.node_addresses) {
    json["hostIPs"].push_back({{"ip", to_string(address)}});
  }
  return json;
}

}  // namespace

std::string to_manifest(const Namespace& ns) {
  Json json{{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", metadata({"", ns.name})}};
  if (!ns.labels.empty()) json["metadata"]["labels"] = to_json(ns.labels);
  if (ns.malformed) json["metadata"]["labels"] = kUnreadable;
  return document(json);
}

std::string to_manifest(const Pod& pod) {
  Json json{{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", metadata(pod.key)}};
  if (!pod.labels->empty()) json["metadata"]["labels"] = to_json(*pod.labels);
  if (pod.created_at != 0) json["metadata"]["creationTimestamp"] = timestamp(pod.created_at);
  if (pod.terminating) json["metadata"]["deletionTimestamp"] = kLongAgo;
  json["spec"] = empty_map();
  if (!pod.node_name->empty()) json["spec"]["nodeName"] = *pod.node_name;
  if (pod.host_network) json["spec"]["hostNetwork"] = true;
  json["spec"]["containers"] = pod.malformed ? Json(kUnreadable) : Json::array({container_of(pod)});
  json["status"] = status_of(pod);
  return document(json);
}

std::string to_manifest(const NetworkPolicy& policy) {
  Json types = empty_list();
  if (policy.isolates_ingress) types.push_back("Ingress");
  if (policy.isolates_egress) types.push_back("Egress");
  Json spec{{"podSelector", to_json(policy.pod_selector)}, {"policyTypes", types}};
  if (!policy.ingress.empty()) spec["ingress"] = to_json(policy.ingress, "from");
  if (!policy.egress.empty()) spec["egress"] = to_json(policy.egress, "to");
  if (policy.malformed) spec["ingress"] = kUnreadable;
  return document({{"apiVersion", "networking.k8s.io/v1"},
                   {"kind", "NetworkPolicy"},
                   {"metadata", metadata(policy.key)},
                   {"spec", spec}});
}

std::string to_manifests(const ClusterState& cluster) {
  std::string text;
  for (const auto& [name, ns] : cluster.namespaces()) text += to_manifest(*ns);
  for (const auto& [key, pod] : cluster.pods()) text += to_manifest(*pod);
  for (const auto& [key, policy] : cluster.policies()) text += to_manifest(*policy);
  return text;
}

}  // namespace portcullis::test

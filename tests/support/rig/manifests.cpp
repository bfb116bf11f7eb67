#include "tests/support/rig/manifests.h"

#include <map>

namespace portcullis::test {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string flow_map(const Labels& labels) {
  std::string text;
  for (const auto& [key, value] : labels)
    text += (text.empty() ? "" : ", ") + quoted(key) + ": " + quoted(value);
  return "{" + text + "}";
}

std::string ports_of(const Endpoint& pod) {
  std::string text;
  for (const auto& port : pod.ports) {
    text += "\n        - {containerPort: " + std::to_string(port.number) +
            ", protocol: " + to_string(port.protocol);
    if (!port.name.empty()) text += ", name: " + quoted(port.name);
    text += "}";
  }
  return text.empty() ? "[]" : text;
}

std::string namespace_manifest(const std::string& name, const Labels& labels) {
  return "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: " + quoted(name) +
         "\n  labels: " + flow_map(labels) + "\n";
}

std::string pod_manifest(const Endpoint& pod) {
  const std::string name = pod.name.substr(pod.ns.size() + 1);
  return "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: " + quoted(name) +
         "\n  namespace: " + quoted(pod.ns) + "\n  labels: " + flow_map(pod.labels) +
         "\nspec:\n  nodeName: " + quoted(pod.node) +
         "\n  containers:\n    - name: app\n      image: example\n      ports: " + ports_of(pod) +
         "\nstatus:\n  phase: Running\n  podIP: " + quoted(to_string(pod.ipv4)) +
         "\n  podIPs:\n    - ip: " + quoted(to_string(pod.ipv4)) +
         "\n    - ip: " + quoted(to_string(pod.ipv6)) + "\n";
}

}  // namespace

std::string manifests_of(const Playground& playground) {
  std::map<std::string, Labels> namespaces;
  for (const auto& ns : playground.topology().namespaces) namespaces[ns.name] = ns.labels;
  std::string pods;
  for (const auto& endpoint : playground.endpoints()) {
    if (!endpoint.is_pod()) continue;
    namespaces.try_emplace(endpoint.ns);
    pods += pod_manifest(endpoint);
  }
  std::string text;
  for (const auto& [name, labels] : namespaces) text += namespace_manifest(name, labels);
  return text + pods;
}

}  // namespace portcullis::test

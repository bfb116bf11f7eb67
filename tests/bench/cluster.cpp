#include "tests/bench/cluster.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>

#include "compiler/engine/incremental_compiler.h"
#include "daemon/files/manifests.h"

namespace portcullis::bench {
namespace {

constexpr int kPodsInNamespace = 100;
constexpr int kApplications = 10;

std::string namespace_name(int pod) { return "team-" + std::to_string(pod / kPodsInNamespace); }

std::string application(int number) { return "app-" + std::to_string(number % kApplications); }

// The pods of one application in one namespace belong to one Deployment.
int deployment(int pod) { return pod / kPodsInNamespace * kApplications + pod % kApplications; }

std::string namespace_yaml(const std::string& name, int number) {
  return "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: " + name +
         "\n  labels:\n    stage: " + (number % 2 == 0 ? "prod" : "test") + "\n";
}

std::string pod_yaml(int i, const ClusterSize& size) {
  const auto node = i < size.local ? std::string("local") : "node-" + std::to_string(i % 97);
  const auto ip = std::to_string(i / 65536 % 256) + "." + std::to_string(i / 256 % 256) + "." +
                  std::to_string(i % 256);
  return "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: pod-" + std::to_string(i) +
         "\n  namespace: " + namespace_name(i) + "\n  labels:\n    app: " + application(i) +
         "\n    pod-template-hash: h" + std::to_string(deployment(i)) +
         "\nspec:\n  nodeName: " + node +
         "\n  containers:\n  - name: main\n    image: main:1\n    ports:\n    - name: web\n" +
         "      containerPort: 8080\nstatus:\n  phase: Running\n  podIPs:\n  - ip: 10." + ip + "\n";
}

std::string peer_yaml(int i) {
  switch (i % 3) {
    case 0:
      return "    - podSelector:\n        matchLabels:\n          app: " + application(i + 1) +
             "\n";
    case 1:
      return "    - namespaceSelector:\n        matchLabels:\n          stage: prod\n"
             "      podSelector:\n        matchLabels:\n          app: " +
             application(i + 2) + "\n";
    default:
      return "    - ipBlock:\n        cidr: 172.16.0.0/12\n        except: [172.16." +
             std::to_string(i % 256) + ".0/24]\n";
  }
}

std::string policy_yaml(int i, const std::string& ns) {
  const bool ingress = i % 4 != 3;
  return "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: policy-" +
         std::to_string(i) + "\n  namespace: " + ns +
         "\nspec:\n  podSelector:\n    matchLabels:\n      app: " + application(i) +
         "\n  policyTypes: [" + (ingress ? "Ingress" : "Egress") + "]\n  " +
         (ingress ? "ingress:\n  - from:\n" : "egress:\n  - to:\n") + peer_yaml(i) +
         "    ports:\n    - port: " + std::to_string(8000 + i % 50) + "\n";
}

}  // namespace

std::vector<ManifestText> manifests(const ClusterSize& size) {
  const int namespaces = (size.pods + kPodsInNamespace - 1) / kPodsInNamespace;
  std::vector<ManifestText> files;
  for (int n = 0; n < namespaces; ++n) {
    const auto name = namespace_name(n * kPodsInNamespace);
    std::string text = namespace_yaml(name, n);
    for (int i = n * kPodsInNamespace; i < std::min(size.pods, (n + 1) * kPodsInNamespace); ++i) {
      text += pod_yaml(i, size);
    }
    for (int i = n; i < size.policies; i += namespaces) text += policy_yaml(i / namespaces, name);
    files.push_back({name + ".yaml", std::move(text)});
  }
  return files;
}

ClusterState cluster(const ClusterSize& size) {
  std::vector<ManifestFile> files;
  for (const auto& [name, text] : manifests(size)) {
    auto file = parse_manifest(name, text);
    if (!file || !file->problems.empty()) std::abort();
    files.push_back(std::move(*file));
  }
  ClusterState state;
  for (const auto& event : merge(files).objects) state.apply(event);
  return state;
}

std::vector<Event> events_of(const ClusterState& cluster) {
  std::vector<Event> events;
  for (const auto& [name, ns] : cluster.namespaces()) events.emplace_back(to_event(ns));
  for (const auto& [key, pod] : cluster.pods()) events.emplace_back(to_event(pod));
  for (const auto& [key, policy] : cluster.policies()) events.emplace_back(to_event(policy));
  return events;
}

std::size_t element_count(const Ruleset& ruleset) {
  std::size_t count = 0;
  for (const auto& [name, set] : ruleset.sets) count += set.elements.size();
  return count;
}

Ruleset compile(const ClusterState& cluster, const std::string& node_name) {
  IncrementalCompiler compiler(node_name, cluster.budgets());
  compiler.apply({.events = events_of(cluster)});
  return compiler.ruleset();
}

std::vector<const Pod*> peers(const ClusterState& cluster) {
  std::set<std::vector<std::uint8_t>> named;
  const auto ruleset = compile(cluster, "local");
  for (const auto& [name, set] : ruleset.sets) {
    for (const auto& element : set.elements) {
      named.emplace(element.key.bytes().begin(), element.key.bytes().end());
    }
  }
  std::vector<const Pod*> peers;
  for (const auto& [key, pod] : cluster.pods()) {
    const auto address = ElementKey().append(pod->addresses.front());
    const auto bytes = address.bytes();
    if (pod->node_name != "local" && named.contains({bytes.begin(), bytes.end()})) {
      peers.push_back(pod.get());
    }
  }
  return peers;
}

void write_manifests(const ClusterSize& size, const std::filesystem::path& directory) {
  for (const auto& [name, text] : manifests(size)) std::ofstream(directory / name) << text;
}

}  // namespace portcullis::bench

#include "tests/support/rig/objects.h"

#include <memory>

namespace portcullis::test {
namespace {

Event namespace_event(const std::string& name, Labels labels) {
  Namespace ns{.name = name, .origin = {}, .labels = std::move(labels)};
  ns.labels["kubernetes.io/metadata.name"] = name;
  return NamespaceEvent{{"", name}, std::make_shared<const Namespace>(std::move(ns))};
}

Event pod_event(const Endpoint& endpoint, const Endpoint& node) {
  Pod pod;
  pod.key = {endpoint.ns, endpoint.name.substr(endpoint.ns.size() + 1)};
  pod.labels = endpoint.labels;
  pod.node_name = endpoint.node;
  pod.addresses = {endpoint.ipv4, endpoint.ipv6};
  pod.ports = endpoint.ports;
  pod.node_addresses = std::vector<Address>{node.ipv4, node.ipv6};
  pod.phase = PodPhase::kRunning;
  return PodEvent{pod.key, std::make_shared<const Pod>(std::move(pod))};
}

}  // namespace

ClusterState objects_of(const Playground& playground) {
  ClusterState cluster;
  for (const auto& endpoint : playground.endpoints()) {
    if (!endpoint.is_pod()) continue;
    cluster.apply(namespace_event(endpoint.ns, {}));
    cluster.apply(pod_event(endpoint, playground.endpoint(endpoint.node)));
  }
  for (const auto& ns : playground.topology().namespaces) {
    cluster.apply(namespace_event(ns.name, ns.labels));
  }
  return cluster;
}

}  // namespace portcullis::test

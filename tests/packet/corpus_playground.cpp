#include "tests/packet/corpus_playground.h"

#include <map>
#include <set>
#include <string>

namespace portcullis::test {
namespace {

using Owners = std::map<Address, ObjectKey>;

Owners owners_in(const CorpusCase& each) {
  Owners owners;
  for (const auto& step : each.steps) {
    for (const auto& [key, pod] : step.objects.pods()) owners[pod->addresses.front()] = key;
  }
  return owners;
}

bool agree(const Owners& some, const Owners& others) {
  for (const auto& [address, key] : some) {
    const auto other = others.find(address);
    if (other != others.end() && other->second != key) return false;
  }
  return true;
}

PodSpec spec_of(const Pod& pod, const std::set<Traffic>& listens) {
  const Address address = pod.addresses.front();
  PodSpec spec{.ns = pod.key.ns, .name = pod.key.name, .node = pod.node_name};
  spec.listens = {listens.begin(), listens.end()};
  (address.family == Family::kIpv4 ? spec.ipv4 : spec.ipv6) = to_string(address);
  return spec;
}

}  // namespace

std::vector<std::span<const CorpusCase>> group_by_playground(std::span<const CorpusCase> cases) {
  std::vector<std::span<const CorpusCase>> groups;
  Owners owners;
  std::size_t first = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    auto more = owners_in(cases[i]);
    if (!agree(more, owners)) {
      groups.push_back(cases.subspan(first, i - first));
      first = i;
      owners.clear();
    }
    owners.merge(more);
  }
  if (first < cases.size()) groups.push_back(cases.subspan(first));
  return groups;
}

Topology topology_of(std::span<const CorpusCase> group, Wiring wiring) {
  ClusterState::Pods pods;
  std::set<std::string> nodes;
  std::map<std::string, std::set<Traffic>> listens;
  for (const auto& each : group) {
    for (const auto& step : each.steps) {
      for (const auto& [key, pod] : step.objects.pods()) {
        pods[key] = pod;
        nodes.insert(pod->node_name);
      }
      for (const auto& expectation : step.expectations)
        listens[expectation.probe.to].insert(expectation.probe.traffic);
    }
  }
  Topology topology{.wiring = wiring, .nodes = {nodes.begin(), nodes.end()}};
  for (const auto& [key, pod] : pods)
    topology.pods.push_back(spec_of(*pod, listens[to_string(key)]));
  return topology;
}

}  // namespace portcullis::test

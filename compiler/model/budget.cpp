#include "compiler/model/budget.h"

#include <algorithm>

namespace portcullis {
namespace {

PolicySize size_of(const PolicyPeer& peer) {
  if (const auto* block = std::get_if<IpBlock>(&peer)) {
    return {.cidrs = 1 + block->except.size()};
  }
  const auto& pods = std::get<PodPeer>(peer);
  const auto requirements = pods.pods.requirements().size() +
                            (pods.namespaces ? pods.namespaces->requirements().size() : 0);
  return {.peers = std::max<std::size_t>(1, requirements)};
}

}  // namespace

PolicySize& PolicySize::operator+=(const PolicySize& other) {
  rules += other.rules;
  ports += other.ports;
  peers += other.peers;
  cidrs += other.cidrs;
  return *this;
}

PolicySize size_of(const PolicyRule& rule) {
  PolicySize size{.rules = 1, .ports = rule.ports.size()};
  for (const auto& peer : rule.peers) size += size_of(peer);
  return size;
}

PolicySize size_of(const NetworkPolicy& policy) {
  PolicySize size{.peers = policy.pod_selector.requirements().size()};
  for (const auto* rules : {&policy.ingress, &policy.egress}) {
    for (const auto& rule : *rules) size += size_of(rule);
  }
  return size;
}

std::string excess(const std::string& what, const char* limit, std::size_t most) {
  return what + "; the limit is " + std::to_string(most) + " (" + limit + ")";
}

std::optional<std::string> excess(const PolicySize& size, const Budget& budget) {
  const auto says = [](std::size_t number, const char* noun) {
    return "it has " + std::to_string(number) + " " + noun;
  };
  const auto& most = budget.says;
  if (size.rules > most.rules) return excess(says(size.rules, "rules"), "rules", most.rules);
  if (size.ports > most.ports) return excess(says(size.ports, "ports"), "ports", most.ports);
  if (size.peers > most.peers) {
    return excess(says(size.peers, "requirements of selectors"), "peers", most.peers);
  }
  if (size.cidrs > most.cidrs) {
    return excess(says(size.cidrs, "networks with their exceptions"), "cidrs", most.cidrs);
  }
  return std::nullopt;
}

std::string pods_excess(std::size_t most) {
  return excess("its peers select too many pods, each counted once for every set that it is in",
                "pods", most);
}

std::size_t memory_of(const LabelSelector& selector) {
  std::size_t bytes = sizeof selector;
  for (const auto& requirement : selector.requirements()) {
    bytes += sizeof requirement + requirement.key.size();
    for (const auto& value : requirement.values) bytes += sizeof(std::string) + value.size();
  }
  return bytes;
}

}  // namespace portcullis

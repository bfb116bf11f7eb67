#include "compiler/compile.h"

#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "compiler/address_owner.h"
#include "compiler/membership.h"
#include "compiler/profile.h"
#include "compiler/ruleset_builder.h"
#include "compiler/serialize.h"

namespace portcullis {
namespace {

using Policies = std::vector<const NetworkPolicy*>;

bool isolates(const NetworkPolicy& policy, Direction direction) {
  return direction == Direction::kIngress ? policy.isolates_ingress : policy.isolates_egress;
}

// A pod that has an address but no node may be anywhere (its manifest does not say, or not
// legibly): then every node enforces it.
bool is_local(const Pod& pod, std::string_view node_name) {
  return pod.node_name.empty() || pod.node_name == node_name;
}

// ClusterState -> endpoints -> (local ones) policies -> profiles -> chains and sets
//                           -> (all) membership ------------------------^
class Compilation {
 public:
  explicit Compilation(const ClusterState& cluster)
      : endpoints_(endpoints(cluster)), membership_(endpoints_), builder_(membership_) {
    for (const auto& [key, policy] : cluster.policies()) {
      policies_by_namespace_[key.ns].push_back(policy.get());
    }
  }

  Ruleset run(std::string_view node_name) && {
    for (const auto& endpoint : endpoints_) {
      if (!is_local(*endpoint.pod, node_name)) continue;
      isolate(endpoint, Direction::kEgress);
      isolate(endpoint, Direction::kIngress);
    }
    return std::move(builder_).build(policies_in_force());
  }

 private:
  void isolate(const Endpoint& endpoint, Direction direction) {
    const auto& chain = endpoint.contested || endpoint.pod->malformed
                            ? quarantine(direction)
                            : profile_chain(*endpoint.pod, direction);
    if (chain.empty()) return;
    for (const auto& address : endpoint.addresses) builder_.dispatch(direction, address, chain);
  }

  const std::string& quarantine(Direction direction) {
    auto& chain = quarantine_[direction];
    if (chain.empty()) chain = builder_.add_quarantine(direction);
    return chain;
  }

  // Which policies isolate local pods, and which pods these are for: the profile chains say the
  // rest of them.
  std::string policies_in_force() const {
    std::map<ObjectKey, const NetworkPolicy*> in_force;
    for (const auto& [subjects, chain] : chains_) {
      if (chain.empty()) continue;
      for (const auto* policy : std::get<Policies>(subjects)) in_force[policy->key] = policy;
    }
    std::string content;
    for (const auto& [key, policy] : in_force) {
      put(content, to_string(key));
      put(content, policy->pod_selector);
      content += policy->isolates_ingress ? "i" : "-";
      content += policy->isolates_egress ? "e" : "-";
    }
    return content;
  }

  // The chain for the pod; "" where the direction is open.
  const std::string& profile_chain(const Pod& pod, Direction direction) {
    const auto& policies = selecting(pod, direction);
    const bool ports_matter = direction == Direction::kIngress && !policies.empty();
    const auto [place, added] = chains_.try_emplace(
        {direction, policies, ports_matter ? pod.ports : std::vector<NamedPort>()});
    if (added && !policies.empty()) {
      const auto profile = make_profile(direction, policies, pod);
      if (!profile.allows_everything()) place->second = builder_.add_profile(profile);
    }
    return place->second;
  }

  // The policies that isolate pods with these labels, by name.
  const Policies& selecting(const Pod& pod, Direction direction) {
    const auto [place, added] = selecting_.try_emplace({direction, pod.key.ns, pod.labels});
    if (added) {
      for (const auto* policy : policies_by_namespace_[pod.key.ns]) {
        if (isolates(*policy, direction) && policy->pod_selector.matches(pod.labels)) {
          place->second.push_back(policy);
        }
      }
    }
    return place->second;
  }

  std::vector<Endpoint> endpoints_;
  Membership membership_;
  RulesetBuilder builder_;
  std::map<std::string, Policies> policies_by_namespace_;
  std::map<std::tuple<Direction, std::string, Labels>, Policies> selecting_;
  std::map<std::tuple<Direction, Policies, std::vector<NamedPort>>, std::string> chains_;
  std::map<Direction, std::string> quarantine_;
};

}  // namespace

Ruleset compile(const ClusterState& cluster, std::string_view node_name) {
  return Compilation(cluster).run(node_name);
}

}  // namespace portcullis

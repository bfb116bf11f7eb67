#include "compiler/compile.h"

#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "compiler/address_owner.h"
#include "compiler/membership.h"
#include "compiler/profile.h"
#include "compiler/ruleset_builder.h"

namespace portcullis {
namespace {

using Policies = std::vector<const NetworkPolicy*>;

// ClusterState -> subjects ---> policies ---> profiles ---> chains and sets
//              -> endpoints --> membership -------------------^
class Compilation {
 public:
  explicit Compilation(const ClusterState& cluster)
      : cluster_(cluster),
        endpoints_(endpoints(cluster)),
        membership_(endpoints_),
        builder_(membership_) {
    for (const auto& [key, policy] : cluster.policies()) {
      policies_by_namespace_[key.ns].push_back(policy.get());
    }
  }

  Ruleset run(std::string_view node_name) && {
    for (const auto& [address, subject] : subjects(cluster_, node_name)) {
      for (const auto direction : kDirections) isolate(address, subject, direction);
    }
    for (const auto& [address, former] : cluster_.quarantined()) {
      for (const auto direction : kDirections) {
        builder_.dispatch(direction, address, quarantine(direction));
      }
    }
    return std::move(builder_).build();
  }

 private:
  void isolate(const Address& address, const AddressOwner& subject, Direction direction) {
    const auto& pod = *subject.pod;
    const auto& chain = subject.contested || pod.malformed
                            ? quarantine(direction)
                            : chain_for(pod, direction, address.family);
    builder_.dispatch(direction, address, chain);
  }

  const std::string& quarantine(Direction direction) {
    auto& chain = quarantine_[direction];
    if (chain.empty()) chain = builder_.add(quarantine_chain(direction));
    return chain;
  }

  // The chain for the pod's addresses of a family; "" where the direction is open.
  const std::string& chain_for(const Pod& pod, Direction direction, Family family) {
    const auto& policies = selecting(pod, direction);
    const bool ports_matter = direction == Direction::kIngress && !policies.empty();
    const auto [place, added] = chains_.try_emplace(
        {direction, family, policies, ports_matter ? *pod.ports : std::vector<NamedPort>()});
    if (added && !policies.empty()) {
      const auto profile = make_profile(direction, policies, pod.ports);
      if (!profile.allows_everything()) {
        place->second = builder_.add(profile_chain(profile, family));
      }
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

  const ClusterState& cluster_;
  std::vector<Endpoint> endpoints_;
  Membership membership_;
  RulesetBuilder builder_;
  std::map<std::string, Policies> policies_by_namespace_;
  std::map<std::tuple<Direction, std::string, Labels>, Policies> selecting_;
  std::map<std::tuple<Direction, Family, Policies, std::vector<NamedPort>>, std::string> chains_;
  std::map<Direction, std::string> quarantine_;
};

}  // namespace

Ruleset compile(const ClusterState& cluster, std::string_view node_name) {
  return Compilation(cluster).run(node_name);
}

}  // namespace portcullis

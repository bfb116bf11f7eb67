#include "tests/support/oracle/compile.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "compiler/cluster/address_owner.h"
#include "compiler/cluster/membership.h"
#include "compiler/policy/compile_profile.h"
#include "tests/support/oracle/ruleset_builder.h"

namespace portcullis::test {
namespace {

using Policies = std::vector<const NetworkPolicy*>;

// ClusterState -> subjects ---> policies ---> profiles ---> chains and sets
//              -> endpoints --> membership -------------------^
class Compilation {
 public:
  explicit Compilation(const ClusterState& cluster)
      : cluster_(cluster),
        budget_(cluster.budgets().profile),
        endpoints_(endpoints(cluster)),
        membership_(endpoints_),
        builder_(membership_, cluster.budgets()),
        rejected_(rejected_policies(cluster)) {
    for (const auto& [key, policy] : cluster.policies()) {
      policies_by_namespace_[key.ns].push_back(policy.get());
    }
  }

  CompiledCluster run(std::string_view node_name) && {
    for (const auto& [address, subject] : subjects(cluster_, node_name)) {
      for (const auto direction : kDirections) isolate(address, subject, direction);
    }
    for (const auto& [address, former] : cluster_.quarantined()) {
      for (const auto direction : kDirections) {
        builder_.dispatch(direction, address, quarantine(direction));
      }
    }
    std::sort(rejected_.begin(), rejected_.end());
    rejected_.erase(std::unique(rejected_.begin(), rejected_.end()), rejected_.end());
    return {std::move(builder_).build(), std::move(rejected_)};
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
    if (chain.empty()) chain = *builder_.add(quarantine_chain(direction));
    return chain;
  }

  // The chain for the pod's addresses of a family; "" if the direction is open.
  const std::string& chain_for(const Pod& pod, Direction direction, Family family) {
    const auto& policies = selecting(pod, direction);
    const auto ports = ports_that_matter(direction, policies, pod.ports);
    const auto [place, added] = chains_.try_emplace({direction, family, policies, ports});
    if (!added || policies.empty()) return place->second;
    const auto chain =
        compile_profile(direction, policies, ports, family, budget_)
            .and_then([&](const std::optional<ProfileChain>& profile) -> Result<std::string> {
              return profile ? builder_.add(*profile) : "";
            });
    if (!chain) rejected_.push_back(rejected_profile(direction, policies, chain.error().message));
    place->second = chain ? *chain : quarantine(direction);
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
  const Budget budget_;
  std::vector<Endpoint> endpoints_;
  Membership membership_;
  RulesetBuilder builder_;
  std::map<std::string, Policies> policies_by_namespace_;
  std::map<std::tuple<Direction, std::string, Labels>, Policies> selecting_;
  std::map<std::tuple<Direction, Family, Policies, std::vector<NamedPort>>, std::string> chains_;
  std::map<Direction, std::string> quarantine_;
  std::vector<Rejection> rejected_;
};

}  // namespace

CompiledCluster compile_all(const ClusterState& cluster, std::string_view node_name) {
  return Compilation(cluster).run(node_name);
}

Ruleset compile(const ClusterState& cluster, std::string_view node_name) {
  return compile_all(cluster, node_name).ruleset;
}

}  // namespace portcullis::test

#include "compiler/cluster/cluster_state.h"

#include <algorithm>
#include <utility>

#include "compiler/base/overloaded.h"
#include "compiler/cluster/address_owner.h"
#include "compiler/cluster/pod_sets.h"
#include "compiler/policy/compile_profile.h"

namespace portcullis {
namespace {

template <class Map, class Key, class Object>
std::optional<Change> put(Map& map, const Key& key, const std::shared_ptr<const Object>& value) {
  if (!value) {
    const auto node = map.extract(key);
    if (node.empty()) return std::nullopt;
    return ObjectChange<Object>{std::move(node.mapped()), nullptr};
  }
  const auto [place, inserted] = map.try_emplace(key, value);
  if (inserted) return ObjectChange<Object>{nullptr, value};
  if (place->second == value || *place->second == *value) return std::nullopt;
  return ObjectChange<Object>{std::exchange(place->second, value), value};
}

std::shared_ptr<const NetworkPolicy> without_rules(const NetworkPolicy& policy) {
  auto rest = std::make_shared<NetworkPolicy>();
  rest->key = policy.key;
  rest->origin = policy.origin;
  rest->pod_selector = policy.pod_selector;
  rest->isolates_ingress = policy.isolates_ingress;
  rest->isolates_egress = policy.isolates_egress;
  rest->malformed = true;
  return rest;
}

}  // namespace

std::shared_ptr<const NetworkPolicy> ClusterState::within_budget(
    const ObjectKey& key, const std::shared_ptr<const NetworkPolicy>& policy) {
  excesses_.erase(key);
  if (!policy || policy->malformed) return policy;
  auto why = policy_excess(*policy, budgets_.policy);
  if (!why) return policy;
  excesses_[key] = std::move(*why);
  return without_rules(*policy);
}

std::optional<Change> ClusterState::apply(const Event& event) {
  profile_excesses_.clear();
  return std::visit(
      Overloaded{
          [&](const PodEvent& pod) { return put(pods_, pod.key, pod.object); },
          [&](const NamespaceEvent& ns) { return put(namespaces_, ns.key.name, ns.object); },
          [&](const PolicyEvent& policy) {
            return put(policies_, policy.key, within_budget(policy.key, policy.object));
          },
      },
      event);
}

void ClusterState::apply(const Update& update, const OnChange& on_change) {
  const auto take = [&](const Event& event) {
    const auto change = apply(event);
    if (change && on_change) on_change(*change);
  };
  for (const auto& list : update.lists) {
    for (const auto& key : gone_from(list)) take(removal(list.kind, key));
    for (const auto& event : list.objects) take(event);
  }
  for (const auto& event : update.events) take(event);
}

std::size_t ClusterState::count(Kind kind) const {
  switch (kind) {
    case Kind::kPod:
      return pods_.size();
    case Kind::kNamespace:
      return namespaces_.size();
    case Kind::kNetworkPolicy:
      break;
  }
  return policies_.size();
}

std::vector<ObjectKey> ClusterState::gone_from(const Replace& list) const {
  std::vector<ObjectKey> gone;
  const auto look_for = [&](const ObjectKey& key) {
    const auto key_in = [](const Event& event) -> const ObjectKey& { return key_of(event); };
    if (!std::ranges::binary_search(list.objects, key, {}, key_in)) gone.push_back(key);
  };
  switch (list.kind) {
    case Kind::kPod:
      for (const auto& [key, pod] : pods_) look_for(key);
      break;
    case Kind::kNamespace:
      for (const auto& [name, ns] : namespaces_) look_for({"", name});
      break;
    case Kind::kNetworkPolicy:
      for (const auto& [key, policy] : policies_) look_for(key);
      break;
  }
  return gone;
}

std::optional<std::string> ClusterState::profile_excess(
    Direction direction, Family family, const std::vector<const NetworkPolicy*>& policies,
    const std::vector<NamedPort>& ports) const {
  const bool few_pods = 2 * pods_.size() * most_sets(direction, policies) <= budgets_.pods;
  if (few_pods && !may_exceed(direction, policies, budgets_.profile)) return std::nullopt;
  auto matter = ports_that_matter(direction, policies, ports);
  const auto [place, added] =
      profile_excesses_.try_emplace({direction, family, policies, std::move(matter)});
  if (added) {
    const auto chain =
        compile_profile(direction, policies, std::get<3>(place->first), family, budgets_.profile);
    if (!chain) {
      place->second = chain.error().message;
    } else if (*chain && !few_pods) {
      const auto all = endpoints(*this);
      if (!pod_sets(**chain, Membership(all), budgets_.pods)) {
        place->second = pods_excess(budgets_.pods);
      }
    }
  }
  return place->second;
}

void ClusterState::quarantine(const Address& address, const ObjectKey& former_pod) {
  quarantined_.insert_or_assign(address, former_pod);
}

void ClusterState::release(const Address& address) { quarantined_.erase(address); }

}  // namespace portcullis

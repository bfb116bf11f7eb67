#include "compiler/incremental/profile_registry.h"

#include <utility>

namespace portcullis {
namespace {

Profile profile_of(const ActiveProfile& active) {
  std::vector<const NetworkPolicy*> policies;
  for (const auto& policy : active.policies) policies.push_back(policy.get());
  return make_profile(active.direction, policies, active.ports);
}

}  // namespace

ActiveProfile& ProfileRegistry::use(Direction direction, Family family,
                                    const SharedPolicies& policies,
                                    const std::vector<NamedPort>& subject_ports) {
  auto ports = direction == Direction::kIngress ? subject_ports : std::vector<NamedPort>();
  const auto [place, added] = profiles_.try_emplace({direction, family, policies, ports});
  auto& active = place->second;
  ++active.uses;
  if (!added) return active;
  active.direction = direction;
  active.family = family;
  active.policies = policies;
  active.ports = std::move(ports);
  const auto profile = profile_of(active);
  if (profile.allows_everything()) return active;
  active.chain = &use(profile_chain(profile, family));
  return active;
}

void ProfileRegistry::release(ActiveProfile& profile) {
  if (--profile.uses > 0) return;
  if (profile.chain != nullptr) release(*profile.chain);
  profiles_.erase(
      profiles_.find({profile.direction, profile.family, profile.policies, profile.ports}));
}

ActiveChain& ProfileRegistry::use(const ProfileChain& profile) {
  const auto [place, added] = chains_.try_emplace(profile.name);
  auto& active = place->second;
  ++active.uses;
  if (!added) return active;
  active.name = profile.name;
  active.chains = profile.chains;
  active.denied = profile.denied.name;
  counters_.use(active.denied, profile.denied);
  for (const auto& [name, set] : profile.fixed) {
    fixed_.use(name, set);
    active.fixed.push_back(name);
  }
  for (const auto& [name, set] : profile.of_pods) active.of_pods.push_back(&pod_sets_.use(set));
  touched_chains_.insert(&active);
  return active;
}

void ProfileRegistry::release(ActiveChain& chain) {
  if (--chain.uses == 0) touched_chains_.insert(&chain);
}

void ProfileRegistry::take(RulesetChange& change) {
  take_chains(change);
  fixed_.take(change.before.sets, change.after.sets);
  counters_.take(change.before.counters, change.after.counters);
}

void ProfileRegistry::print(Ruleset& ruleset) const {
  for (const auto& [name, active] : chains_) {
    ruleset.chains.insert(active.chains.begin(), active.chains.end());
  }
  for (const auto& [name, active] : fixed_.objects) ruleset.sets[name] = active.object;
  for (const auto& [name, active] : counters_.objects) ruleset.counters[name] = active.object;
}

void ProfileRegistry::measure(RulesetSize& size) const {
  for (const auto& [name, active] : chains_) size.chains += active.chains.size();
  size.sets += fixed_.objects.size();
  for (const auto& [name, active] : fixed_.objects) size.elements += active.object.elements.size();
}

void ProfileRegistry::take_chains(RulesetChange& change) {
  for (auto* active : std::exchange(touched_chains_, {})) {
    auto& to = active->uses > 0 ? change.after : change.before;
    const bool is_news = active->uses > 0 ? !std::exchange(active->taken, true) : active->taken;
    if (is_news) to.chains.insert(active->chains.begin(), active->chains.end());
    if (active->uses > 0) continue;
    for (auto* set : active->of_pods) pod_sets_.release(*set);
    for (const auto& fixed : active->fixed) fixed_.release(fixed);
    counters_.release(active->denied);
    chains_.erase(chains_.find(active->name));
  }
}

template <class T>
void ProfileRegistry::Pool<T>::use(const std::string& name, const T& object) {
  auto& shared = objects[name];
  if (shared.uses++ > 0) return;
  shared.object = object;
  touched.insert(name);
}

template <class T>
void ProfileRegistry::Pool<T>::release(const std::string& name) {
  if (--objects.at(name).uses == 0) touched.insert(name);
}

template <class T>
template <class Map>
void ProfileRegistry::Pool<T>::take(Map& before, Map& after) {
  for (const auto& name : std::exchange(touched, {})) {
    auto& shared = objects.at(name);
    if (shared.uses > 0) {
      if (!std::exchange(shared.taken, true)) after.insert_or_assign(name, shared.object);
      continue;
    }
    if (shared.taken) before.insert_or_assign(name, shared.object);
    objects.erase(name);
  }
}

}  // namespace portcullis

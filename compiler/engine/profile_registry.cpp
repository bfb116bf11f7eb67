#include "compiler/engine/profile_registry.h"

#include <algorithm>
#include <utility>

#include "compiler/policy/anonymous_address.h"
#include "compiler/policy/compile_profile.h"

namespace portcullis {
namespace {

std::vector<const NetworkPolicy*> pointers(const SharedPolicies& policies) {
  std::vector<const NetworkPolicy*> pointers;
  pointers.reserve(policies.size());
  for (const auto& policy : policies) pointers.push_back(policy.get());
  return pointers;
}

std::size_t pods_of(const ActiveChain& chain) {
  std::size_t pods = 0;
  for (const auto* set : chain.of_pods) pods += set->size;
  return pods;
}

const Set& in_ruleset(const Set& set) { return set; }
const CounterSpec& in_ruleset(const DeniedCounter& counter) { return counter.spec; }

}  // namespace

ActiveProfile& ProfileRegistry::use(Direction direction, Family family,
                                    const SharedPolicies& policies,
                                    const std::vector<NamedPort>& subject_ports) {
  auto ports = ports_that_matter(direction, pointers(policies), subject_ports);
  const auto [place, added] = profiles_.try_emplace({direction, family, policies, ports});
  auto& active = place->second;
  ++active.uses;
  if (!added) return active;
  active.direction = direction;
  active.family = family;
  active.policies = policies;
  active.ports = std::move(ports);
  enforce(active);
  return active;
}

void ProfileRegistry::enforce(ActiveProfile& active) {
  active.rejected.clear();
  active.retry_below = 0;
  active.chain = chain_of(active);
  if (!active.rejected.empty()) active.chain = &quarantine(active.direction);
}

// In use already. Null if the direction is open, or if the profile is rejected.
ActiveChain* ProfileRegistry::chain_of(ActiveProfile& active) {
  const auto profile = compile_profile(active.direction, pointers(active.policies), active.ports,
                                       active.family, budgets_.profile, hash_);
  if (!profile) {
    active.rejected = profile.error().message;
  } else if (!*profile) {
    return nullptr;
  } else if (conflicts(**profile)) {
    active.rejected = name_conflict((*profile)->name);
  } else if (auto* chain = find_or_add(**profile)) {
    return chain;
  } else {
    reject_for_pods(active);
  }
  return nullptr;
}

void ProfileRegistry::reject_for_pods(ActiveProfile& active) {
  active.rejected = pods_excess(budgets_.pods);
  active.retry_below = pod_sets_.addresses() - pod_sets_.addresses() / 10;
}

std::vector<const ActiveProfile*> ProfileRegistry::settle_growth() {
  std::vector<const ActiveProfile*> changed;
  const auto growth = pod_sets_.take_growth();
  const bool outgrown = growth > headroom_;
  headroom_ = outgrown ? budgets_.pods : headroom_ - growth;
  for (auto& [key, active] : profiles_) {
    if (active.retry_below > pod_sets_.addresses()) {
      release(*active.chain);
      enforce(active);
      changed.push_back(&active);
    } else if (outgrown && active.chain != nullptr) {
      const auto pods = pods_of(*active.chain);
      headroom_ = std::min(headroom_, budgets_.pods - std::min(pods, budgets_.pods));
      if (pods <= budgets_.pods) continue;
      release(*active.chain);
      reject_for_pods(active);
      active.chain = &quarantine(active.direction);
      changed.push_back(&active);
    }
  }
  return changed;
}

bool ProfileRegistry::conflicts(const ProfileChain& profile) const {
  const auto chain = chains_.find(profile.name);
  return (chain != chains_.end() && chain->second.chains != profile.chains) ||
         counters_.has_other(profile.denied.spec.name, profile.denied) ||
         std::ranges::any_of(
             profile.fixed,
             [&](const auto& entry) { return fixed_.has_other(entry.first, entry.second); }) ||
         std::ranges::any_of(profile.of_pods,
                             [&](const auto& entry) { return pod_sets_.has_other(entry.second); });
}

ActiveChain& ProfileRegistry::quarantine(Direction direction) {
  return *find_or_add(quarantine_chain(direction));
}

ActiveChain& ProfileRegistry::anonymous(Direction direction) {
  return *find_or_add(anonymous_chain(direction));
}

std::vector<Rejection> ProfileRegistry::rejected() const {
  std::vector<Rejection> rejected;
  for (const auto& [key, active] : profiles_) {
    if (active.rejected.empty()) continue;
    rejected.push_back(
        rejected_profile(active.direction, pointers(active.policies), active.rejected));
  }
  std::sort(rejected.begin(), rejected.end());
  rejected.erase(std::unique(rejected.begin(), rejected.end()), rejected.end());
  return rejected;
}

void ProfileRegistry::release(ActiveProfile& profile) {
  if (--profile.uses > 0) return;
  if (profile.chain != nullptr) release(*profile.chain);
  profiles_.erase(
      profiles_.find({profile.direction, profile.family, profile.policies, profile.ports}));
}

// Null if its pods exceed the budget.
ActiveChain* ProfileRegistry::find_or_add(const ProfileChain& profile) {
  const auto known = chains_.find(profile.name);
  if (known != chains_.end()) {
    ++known->second.uses;
    return &known->second;
  }
  auto sets = pod_sets_.use(profile.of_pods, budgets_.pods);
  if (!sets) return nullptr;
  auto& active = chains_[profile.name];
  active.uses = 1;
  active.name = profile.name;
  active.chains = profile.chains;
  active.denied = profile.denied.spec.name;
  active.of_pods = std::move(*sets);
  counters_.use(active.denied, profile.denied);
  for (const auto& [name, set] : profile.fixed) {
    fixed_.use(name, set);
    active.fixed.push_back(name);
  }
  touched_chains_.insert(&active);
  headroom_ = std::min(headroom_, budgets_.pods - pods_of(active));
  return &active;
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
  for (const auto& [name, active] : counters_.objects) ruleset.counters[name] = active.object.spec;
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
bool ProfileRegistry::Pool<T>::has_other(const std::string& name, const T& object) const {
  const auto known = objects.find(name);
  return known != objects.end() && !(known->second.object == object);
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
      if (!std::exchange(shared.taken, true))
        after.insert_or_assign(name, in_ruleset(shared.object));
      continue;
    }
    if (shared.taken) before.insert_or_assign(name, in_ruleset(shared.object));
    objects.erase(name);
  }
}

}  // namespace portcullis

#include "compiler/engine/profile_registry.h"

#include <algorithm>
#include <utility>

#include "compiler/policy/compile_profile.h"

namespace portcullis {
namespace {

std::vector<const NetworkPolicy*> pointers(const SharedPolicies& policies) {
  std::vector<const NetworkPolicy*> pointers;
  pointers.reserve(policies.size());
  for (const auto& policy : policies) pointers.push_back(policy.get());
  return pointers;
}

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
ActiveObject* ProfileRegistry::chain_of(ActiveProfile& active) {
  const auto profile = compile_profile(active.direction, pointers(active.policies), active.ports,
                                       active.family, budgets_.profile, hash_);
  if (!profile) {
    active.rejected = profile.error().message;
  } else if (!*profile) {
    return nullptr;
  } else if (objects_.conflicts(**profile)) {
    active.rejected = name_conflict((*profile)->name);
  } else if (auto* chain = objects_.use(**profile, budgets_.pods)) {
    headroom_ = std::min(headroom_, budgets_.pods - pods_of(*chain));
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
      objects_.release(*active.chain);
      enforce(active);
      changed.push_back(&active);
    } else if (outgrown && active.chain != nullptr) {
      const auto pods = pods_of(*active.chain);
      headroom_ = std::min(headroom_, budgets_.pods - std::min(pods, budgets_.pods));
      if (pods <= budgets_.pods) continue;
      objects_.release(*active.chain);
      reject_for_pods(active);
      active.chain = &quarantine(active.direction);
      changed.push_back(&active);
    }
  }
  return changed;
}

ActiveObject& ProfileRegistry::quarantine(Direction direction) {
  return *objects_.use(quarantine_chain(direction), budgets_.pods);
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
  if (profile.chain != nullptr) objects_.release(*profile.chain);
  profiles_.erase(
      profiles_.find({profile.direction, profile.family, profile.policies, profile.ports}));
}

}  // namespace portcullis

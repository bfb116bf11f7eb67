#include <algorithm>
#include <utility>

#include "compiler/engine/incremental_compiler.h"
#include "compiler/policy/anonymous_address.h"

// What follows from a change, once all of it is noted.
namespace portcullis {
namespace {

auto of_family(const std::set<Address>& addresses, Family family) {
  return std::pair(addresses.lower_bound({family, 0}),
                   addresses.upper_bound({family, max_value(family)}));
}

}  // namespace

void IncrementalCompiler::settle_ports() {
  const Claims claims{[this](const Address& address) { return addresses_.holder(address).subject; },
                      [this](const ObjectKey& key) {
                        const auto found = cluster_.pods().find(key);
                        const bool is_here = found != cluster_.pods().end() &&
                                             has_own_address(*found->second) &&
                                             found->second->is_local_to(node_name_);
                        return is_here ? found->second : nullptr;
                      }};
  for (const auto& address : ports_.settle(claims)) {
    const auto holder = addresses_.holder(address);
    if (ports_.is_contested(address)) {
      cluster_.quarantine(address, holder.local() ? holder.subject.pod->key : ObjectKey());
    } else if (holder.local()) {
      cluster_.release(address);
    }
    close_or_open(address, holder);
  }
}

void IncrementalCompiler::settle_profiles() {
  for (auto* group : std::exchange(unsettled_, {})) {
    const auto ns = local_.find(group->ns());
    const auto place = ns->second.find(group);
    auto& local = place->second;
    for (const auto direction : kDirections) settle_profiles(*group, local, direction);
    if (!local.addresses.empty()) continue;
    ns->second.erase(place);
    if (ns->second.empty()) local_.erase(ns);
  }
}

void IncrementalCompiler::settle_profiles(PodGroup& group, LocalGroup& local, Direction direction) {
  const SharedPolicies none;
  const auto selected = local.addresses.empty() ? none : selecting(group, direction);
  for (const auto family : kFamilies) {
    const auto [first, last] = of_family(local.addresses, family);
    const auto& policies = first == last ? none : selected;
    auto*& profile = local.profiles[index_of(direction)][index_of(family)];
    if (profile == nullptr ? policies.empty() : profile->policies == policies) continue;
    auto* old = std::exchange(
        profile,
        policies.empty() ? nullptr : &profiles_.use(direction, family, policies, group.ports()));
    if (old != nullptr) profiles_.release(*old);
    redirected_.insert(first, last);
  }
}

void IncrementalCompiler::settle_growth() {
  const auto changed = profiles_.settle_growth();
  if (changed.empty()) return;
  for (auto& [ns, groups] : local_) {
    for (auto& [group, local] : groups) {
      for (const auto& of_direction : local.profiles) {
        const bool affected = std::ranges::any_of(of_direction, [&](const ActiveProfile* profile) {
          return profile != nullptr && std::ranges::find(changed, profile) != changed.end();
        });
        if (affected) redirected_.insert(local.addresses.begin(), local.addresses.end());
      }
    }
  }
}

void IncrementalCompiler::settle_quarantine() {
  for (const auto direction : kDirections) {
    auto*& chain = quarantine_[index_of(direction)];
    if (closed_.empty() == (chain == nullptr)) continue;
    if (chain == nullptr) {
      chain = &profiles_.quarantine(direction);
    } else {
      objects_.release(*std::exchange(chain, nullptr));
    }
  }
}

SharedPolicies IncrementalCompiler::selecting(const PodGroup& group, Direction direction) const {
  auto policies = policies_.candidates(group.ns(), group.labels());
  std::erase_if(policies, [&](const auto& policy) {
    return !isolates(*policy, direction) || !policy->pod_selector.matches(group.labels());
  });
  std::sort(policies.begin(), policies.end(),
            [](const auto& a, const auto& b) { return a->key < b->key; });
  return policies;
}

void IncrementalCompiler::settle_dispatch() {
  for (const auto& address : std::exchange(redirected_, {})) {
    if (!is_anonymous(address)) dispatch_.set(address, chains_of(address));
  }
  dispatch_.settle();
}

// None where nothing is enforced: no pod of this node has it, and it is not in quarantine.
std::optional<ChainNames> IncrementalCompiler::chains_of(const Address& address) {
  ChainNames chains;
  if (closed_.contains(address)) {
    for (const auto direction : kDirections) {
      chains[index_of(direction)] = quarantine_[index_of(direction)]->name;
    }
    return chains;
  }
  const auto subject = addresses_.holder(address).subject;
  if (!subject.pod) return std::nullopt;
  const auto& local = local_.at(subject.pod->key.ns).at(&pod_sets_.group_of(*subject.pod));
  for (const auto direction : kDirections) {
    const auto* profile = local.profiles[index_of(direction)][index_of(address.family)];
    const auto* chain = profile == nullptr ? nullptr : profile->chain;
    if (chain != nullptr) chains[index_of(direction)] = chain->name;
  }
  return chains;
}

}  // namespace portcullis

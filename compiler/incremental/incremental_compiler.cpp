#include "compiler/incremental/incremental_compiler.h"

#include <algorithm>
#include <utility>

#include "compiler/anonymous_address.h"

namespace portcullis {
namespace {

bool is_peer(const Holder& holder) {
  return holder.pod && !holder.contested && !holder.pod->malformed;
}

bool is_quarantined(const Holder& holder) { return holder.pod && holder.local && !is_peer(holder); }

auto of_family(const std::set<Address>& addresses, Family family) {
  return std::pair(addresses.lower_bound({family, 0}),
                   addresses.upper_bound({family, max_value(family)}));
}

}  // namespace

IncrementalCompiler::IncrementalCompiler(std::string node_name)
    : addresses_(std::move(node_name)), profiles_(pod_sets_) {}

Compiled IncrementalCompiler::apply(std::span<const Event> events) {
  Compiled compiled;
  Holders before;
  for (const auto& event : events) {
    const auto change = cluster_.apply(event);
    if (!change) continue;
    compiled.objects = true;
    if (const auto* pod = std::get_if<ObjectChange<Pod>>(&*change)) {
      note(*pod, before);
    } else if (const auto* ns = std::get_if<ObjectChange<Namespace>>(&*change)) {
      note(*ns);
    } else {
      note(std::get<ObjectChange<NetworkPolicy>>(*change));
    }
  }
  for (const auto& [address, holder] : before) {
    const auto now = addresses_.holder(address);
    if (holder.pod && !is_same_owner(holder, now)) compiled.lost.push_back(address);
    move(address, holder, now);
  }
  settle_profiles();
  settle_quarantine();
  settle_dispatch();
  for (auto* group : std::exchange(emptied_, {})) {
    if (group->addresses.empty()) pod_sets_.drop(*group);
  }
  profiles_.take(compiled.change);
  pod_sets_.take(compiled.change);
  take_dispatch(compiled.change);
  return compiled;
}

Ruleset IncrementalCompiler::ruleset() const {
  Ruleset ruleset;
  if (!has_ruleset_) return ruleset;
  profiles_.print(ruleset);
  pod_sets_.print(ruleset);
  add_dispatch_sets(dispatch_, ruleset);
  add_forward_chains(ruleset);
  return ruleset;
}

RulesetSize IncrementalCompiler::size() const {
  RulesetSize size;
  if (!has_ruleset_) return size;
  profiles_.measure(size);
  pod_sets_.measure(size);
  measure_dispatch_sets(dispatch_, size);
  size.chains += kForwardChains;
  return size;
}

void IncrementalCompiler::note(const ObjectChange<Pod>& change, Holders& before) {
  for (const auto* pod : {change.before.get(), change.after.get()}) {
    if (pod == nullptr) continue;
    for (const auto& address : pod->addresses) {
      const auto [place, added] = before.try_emplace(address);
      if (added) place->second = addresses_.holder(address);
    }
  }
  addresses_.apply(change);
}

void IncrementalCompiler::note(const ObjectChange<Namespace>& change) {
  pod_sets_.set_namespace((change.after ? change.after : change.before)->name, change.after);
}

void IncrementalCompiler::note(const ObjectChange<NetworkPolicy>& change) {
  const auto& [before, after] = change;
  if (before) policies_.remove(before->key.ns, before->pod_selector, before);
  if (after) policies_.add(after->key.ns, after->pod_selector, after);
  const auto found = local_.find((after ? after : before)->key.ns);
  if (found == local_.end()) return;
  for (const auto& [group, local] : found->second) {
    const auto selects = [&, labels = &group->labels()](const auto& policy) {
      return policy && policy->pod_selector.matches(*labels);
    };
    if (selects(before) || selects(after)) unsettled_.insert(group);
  }
}

void IncrementalCompiler::move(const Address& address, const Holder& before, const Holder& after) {
  auto* from = is_peer(before) ? &pod_sets_.group_of(*before.pod) : nullptr;
  auto* to = is_peer(after) ? &pod_sets_.group_of(*after.pod) : nullptr;
  if (from != to) {
    if (from != nullptr) {
      pod_sets_.remove(*from, address);
      emptied_.insert(from);
    }
    if (to != nullptr) pod_sets_.add(*to, address);
  }
  move_local(address, before.local ? from : nullptr, after.local ? to : nullptr);
  if (is_quarantined(before)) quarantined_.erase(address);
  if (is_quarantined(after)) quarantined_.insert(address);
  if (before.local || after.local) redirected_.insert(address);
}

void IncrementalCompiler::move_local(const Address& address, PodGroup* from, PodGroup* to) {
  if (from == to) return;
  if (from != nullptr) {
    local_[from->ns()][from].addresses.erase(address);
    unsettled_.insert(from);
  }
  if (to != nullptr) {
    local_[to->ns()][to].addresses.insert(address);
    unsettled_.insert(to);
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

void IncrementalCompiler::settle_quarantine() {
  for (const auto direction : kDirections) {
    auto*& chain = quarantine_[index_of(direction)];
    if (quarantined_.empty() == (chain == nullptr)) continue;
    if (chain == nullptr) {
      chain = &profiles_.use(quarantine_chain(direction));
    } else {
      profiles_.release(*std::exchange(chain, nullptr));
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
    if (!is_anonymous(address)) redirect(address);
  }
  settle_anonymous();
}

void IncrementalCompiler::redirect(const Address& address) {
  const auto count = [&](const ChainNames& chains, std::size_t by) {
    for (std::size_t i = 0; i < chains.size(); ++i) isolated_[i] += chains[i].empty() ? 0 : by;
  };
  const auto place = dispatch_.find(address);
  if (place != dispatch_.end()) {
    count(place->second, std::size_t(-1));
    gone_.insert(dispatch_.extract(place));
  }
  if (auto chains = chains_of(address)) {
    count(*chains, 1);
    came_.emplace(address, std::move(*chains));
  }
}

void IncrementalCompiler::settle_anonymous() {
  bool changed = false;
  for (const auto direction : kDirections) {
    auto*& chain = anonymous_[index_of(direction)];
    if ((isolated_[index_of(direction)] > 0) == (chain != nullptr)) continue;
    changed = true;
    if (chain == nullptr) {
      chain = &profiles_.use(anonymous_chain(direction));
    } else {
      profiles_.release(*std::exchange(chain, nullptr));
    }
  }
  if (!changed) return;
  for (const auto& address : kAnonymousAddresses) {
    const auto place = dispatch_.find(address);
    if (place != dispatch_.end()) gone_.insert(dispatch_.extract(place));
  }
  ChainNames names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (anonymous_[i] != nullptr) names[i] = anonymous_[i]->name;
  }
  add_anonymous(names, came_);
}

// None if it is no local pod's.
std::optional<ChainNames> IncrementalCompiler::chains_of(const Address& address) {
  const auto holder = addresses_.holder(address);
  if (!holder.pod || !holder.local) return std::nullopt;
  ChainNames chains;
  const auto* local = is_peer(holder)
                          ? &local_.at(holder.pod->key.ns).at(&pod_sets_.group_of(*holder.pod))
                          : nullptr;
  for (const auto direction : kDirections) {
    const auto i = index_of(direction);
    const ActiveChain* chain = quarantine_[i];
    if (local != nullptr) {
      const auto* profile = local->profiles[i][index_of(address.family)];
      chain = profile == nullptr ? nullptr : profile->chain;
    }
    if (chain != nullptr) chains[i] = chain->name;
  }
  return chains;
}

void IncrementalCompiler::take_dispatch(RulesetChange& change) {
  const auto gone = std::exchange(gone_, {});
  const auto came = std::exchange(came_, {});
  dispatch_.insert(came.begin(), came.end());
  if (!std::exchange(has_ruleset_, true)) {
    add_dispatch_sets(dispatch_, change.after);
    add_forward_chains(change.after);
  } else if (gone != came) {
    add_dispatch_sets(gone, change.before);
    add_dispatch_sets(came, change.after);
  }
}

}  // namespace portcullis

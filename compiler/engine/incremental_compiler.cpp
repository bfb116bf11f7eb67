#include "compiler/engine/incremental_compiler.h"

#include <algorithm>
#include <utility>

#include "compiler/policy/anonymous_address.h"

namespace portcullis {
namespace {

bool is_peer(const Holder& holder) {
  return holder.pod && !holder.contested && !holder.pod->malformed;
}

// Whether the node's pod that has the address is judged by its policies.
bool is_subject(const Holder& holder) {
  const auto& subject = holder.subject;
  return subject.pod && !subject.contested && !subject.pod->malformed;
}

auto of_family(const std::set<Address>& addresses, Family family) {
  return std::pair(addresses.lower_bound({family, 0}),
                   addresses.upper_bound({family, max_value(family)}));
}

}  // namespace

IncrementalCompiler::IncrementalCompiler(std::string node_name, const Budgets& budgets)
    : cluster_(budgets), addresses_(std::move(node_name)), profiles_(pod_sets_, budgets) {}

Compiled IncrementalCompiler::apply(std::span<const Event> events) {
  bool changed = false;
  Holders before;
  for (const auto& event : events) {
    const auto change = cluster_.apply(event);
    if (!change) continue;
    changed = true;
    if (const auto* pod = std::get_if<ObjectChange<Pod>>(&*change)) {
      note(*pod, before);
    } else if (const auto* ns = std::get_if<ObjectChange<Namespace>>(&*change)) {
      note(*ns);
    } else {
      note(std::get<ObjectChange<NetworkPolicy>>(*change));
    }
  }
  return finish(changed, before);
}

Compiled IncrementalCompiler::quarantine(std::span<const Address> addresses) {
  bool changed = false;
  for (const auto& address : addresses) {
    const auto holder = addresses_.holder(address);
    if (holder.local() || cluster_.quarantined().contains(address)) continue;
    cluster_.quarantine(address, ObjectKey());
    close_or_open(address, holder);
    changed = true;
  }
  return finish(changed, {});
}

Compiled IncrementalCompiler::release(std::span<const Address> gone) {
  bool changed = false;
  for (const auto& address : gone) {
    if (!cluster_.quarantined().contains(address)) continue;
    cluster_.release(address);
    close_or_open(address, addresses_.holder(address));
    changed = true;
  }
  return finish(changed, {});
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

std::vector<Rejection> IncrementalCompiler::rejected() const {
  auto rejected = rejected_policies(cluster_);
  for (auto& profile : profiles_.rejected()) rejected.push_back(std::move(profile));
  return rejected;
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

Compiled IncrementalCompiler::finish(bool changed, const Holders& before) {
  Compiled compiled;
  compiled.objects = changed;
  for (const auto& [address, holder] : before) {
    const auto now = addresses_.holder(address);
    const bool owner_lost = holder.pod && !is_same_owner(holder, now);
    const bool subject_lost = holder.local() && !is_same_owner(holder.subject, now.subject);
    if (owner_lost || subject_lost) compiled.lost.push_back(address);
    move(address, holder, now);
  }
  settle_profiles();
  settle_quarantine();
  settle_growth();
  settle_dispatch();
  for (auto* group : std::exchange(emptied_, {})) {
    if (group->addresses.empty() && !is_local(*group)) pod_sets_.drop(*group);
  }
  profiles_.take(compiled.change);
  pod_sets_.take(compiled.change);
  take_dispatch(compiled.change);
  return compiled;
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
  move_peer(address, before, after);
  move_subject(address, before, after);
  set_quarantine(address, before, after);
  close_or_open(address, after);
  if (before.local() || after.local()) redirected_.insert(address);
}

void IncrementalCompiler::move_peer(const Address& address, const Holder& before,
                                    const Holder& after) {
  auto* from = is_peer(before) ? &pod_sets_.group_of(*before.pod) : nullptr;
  auto* to = is_peer(after) ? &pod_sets_.group_of(*after.pod) : nullptr;
  if (from == to) return;
  if (from != nullptr) {
    pod_sets_.remove(*from, address);
    emptied_.insert(from);
  }
  if (to != nullptr) pod_sets_.add(*to, address);
}

void IncrementalCompiler::move_subject(const Address& address, const Holder& before,
                                       const Holder& after) {
  auto* from = is_subject(before) ? &pod_sets_.group_of(*before.subject.pod) : nullptr;
  auto* to = is_subject(after) ? &pod_sets_.group_of(*after.subject.pod) : nullptr;
  if (from == to) return;
  if (from != nullptr) {
    local_[from->ns()][from].addresses.erase(address);
    unsettled_.insert(from);
    emptied_.insert(from);
  }
  if (to != nullptr) {
    local_[to->ns()][to].addresses.insert(address);
    unsettled_.insert(to);
  }
}

void IncrementalCompiler::set_quarantine(const Address& address, const Holder& before,
                                         const Holder& after) {
  if (after.local()) {
    cluster_.release(address);
  } else if (before.local()) {
    cluster_.quarantine(address, before.subject.pod->key);
  }
}

void IncrementalCompiler::close_or_open(const Address& address, const Holder& holder) {
  const bool closed =
      cluster_.quarantined().contains(address) || (holder.local() && !is_subject(holder));
  const bool changed = closed ? closed_.insert(address).second : closed_.erase(address) > 0;
  if (changed) redirected_.insert(address);
}

bool IncrementalCompiler::is_local(PodGroup& group) const {
  const auto ns = local_.find(group.ns());
  return ns != local_.end() && ns->second.contains(&group);
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
      chain = &profiles_.anonymous(direction);
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

#include "compiler/engine/incremental_compiler.h"

#include <algorithm>
#include <utility>

#include "compiler/base/overloaded.h"
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

// Whether another pod of this node, or another list of addresses of it, is behind the address.
bool subject_changed(const Holder& before, const Holder& after) {
  const auto& [one, other] = std::pair(before.subject, after.subject);
  if (!one.pod || !other.pod) return one.pod != other.pod;
  return one.pod->key != other.pod->key || one.contested != other.contested ||
         one.pod->addresses != other.pod->addresses;
}

}  // namespace

IncrementalCompiler::IncrementalCompiler(std::string node_name, const Budgets& budgets,
                                         BindingOptions binding)
    : node_name_(std::move(node_name)),
      cluster_(budgets),
      addresses_(node_name_),
      objects_(pod_sets_),
      profiles_(objects_, pod_sets_, budgets),
      dispatch_(objects_),
      ports_(std::move(binding)) {}

Delta IncrementalCompiler::apply(const Update& update, const OnChange& on_change) {
  Holders before;
  cluster_.apply(update, [&](const Change& change) {
    if (on_change) on_change(change);
    std::visit(Overloaded{[&](const ObjectChange<Pod>& pod) { note(pod, before); },
                          [&](const auto& other) { note(other); }},
               change);
  });
  return finish(before);
}

Delta IncrementalCompiler::set_ports(PodPorts ports) {
  ports_.set_ports(std::move(ports));
  return finish({});
}

Delta IncrementalCompiler::quarantine(std::span<const Address> addresses) {
  for (const auto& address : addresses) {
    const auto holder = addresses_.holder(address);
    if (holder.local() || cluster_.quarantined().contains(address)) continue;
    cluster_.quarantine(address, ObjectKey());
    close_or_open(address, holder);
  }
  return finish({});
}

Delta IncrementalCompiler::release(std::span<const Address> gone) {
  for (const auto& address : gone) {
    if (!cluster_.quarantined().contains(address) || ports_.is_contested(address)) continue;
    cluster_.release(address);
    close_or_open(address, addresses_.holder(address));
  }
  return finish({});
}

Ruleset IncrementalCompiler::ruleset() const {
  Ruleset ruleset;
  objects_.print(ruleset);
  dispatch_.print(ruleset);
  ports_.print(ruleset);
  return ruleset;
}

std::vector<Rejection> IncrementalCompiler::rejected() const {
  auto rejected = rejected_policies(cluster_);
  for (auto& profile : profiles_.rejected()) rejected.push_back(std::move(profile));
  return rejected;
}

RulesetSize IncrementalCompiler::size() const {
  RulesetSize size;
  objects_.measure(size);
  dispatch_.measure(size);
  ports_.measure(size);
  return size;
}

Delta IncrementalCompiler::finish(const Holders& before) {
  Delta delta;
  for (const auto& [address, holder] : before) {
    const auto now = addresses_.holder(address);
    const bool owner_lost = holder.pod && !is_same_owner(holder, now);
    const bool subject_lost = holder.local() && !is_same_owner(holder.subject, now.subject);
    if (owner_lost || subject_lost) delta.lost.push_back(address);
    move(address, holder, now);
    if (subject_changed(holder, now)) ports_.mark_changed();
  }
  settle_ports();
  settle_profiles();
  settle_quarantine();
  settle_growth();
  settle_dispatch();
  for (auto* group : std::exchange(emptied_, {})) {
    if (group->addresses.empty() && !is_local(*group)) pod_sets_.drop(*group);
  }
  objects_.take(delta);
  pod_sets_.take(delta);
  dispatch_.take(delta);
  ports_.take(delta);
  return delta;
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
    if (!ports_.is_contested(address)) cluster_.release(address);
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

}  // namespace portcullis

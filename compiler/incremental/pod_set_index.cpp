#include "compiler/incremental/pod_set_index.h"

#include <algorithm>
#include <boost/container_hash/hash.hpp>
#include <optional>

namespace portcullis {
namespace {

// Whether the set holds the group's addresses: none, those that its ranges cover (false), or all.
std::optional<bool> holds(const PodSet& set, const PodGroup& group, const Namespace* ns) {
  if (set.port && find_port(group.ports(), set.port->first, set.port->second) == nullptr) {
    return std::nullopt;
  }
  const auto& peers = set.peers;
  const bool all =
      peers.everyone ||
      std::any_of(peers.pods.begin(), peers.pods.end(), [&](const PeerSelector& selector) {
        return selector.matches_namespace(group.ns(), ns) && selector.pods.matches(group.labels());
      });
  if (all) return true;
  return peers.ranges(set.family).empty() ? std::nullopt : std::optional(false);
}

bool includes(const PodSet& set, std::optional<bool> held, const Address& address) {
  return address.family == set.family && held && (*held || set.peers.covers(address));
}

bool may_hold_any_pod(const PodSet& set) {
  return set.peers.everyone || !set.peers.ranges(set.family).empty();
}

// Any pod of any namespace may match.
bool is_unanchored(const PeerSelector& selector) {
  return std::holds_alternative<LabelSelector>(selector.namespaces) &&
         anchors_of(selector.pods).empty();
}

// By which selectors of which namespace ("": any) groups that the set may hold are found.
template <class Function>
void for_each_selector(const PodSet& set, Function function) {
  if (may_hold_any_pod(set) || std::ranges::any_of(set.peers.pods, is_unanchored)) {
    return function(std::string(), LabelSelector());
  }
  for (const auto& selector : set.peers.pods) {
    const auto* name = std::get_if<std::string>(&selector.namespaces);
    function(name != nullptr ? *name : std::string(), selector.pods);
  }
}

void sort(std::vector<Element>& elements) { std::sort(elements.begin(), elements.end()); }

Set whole(const ActivePodSet& active) {
  Set set{active.set.spec, {}};
  for (const auto& [group, held] : active.groups) {
    for (const auto& address : group->addresses) {
      if (!includes(active.set, held, address)) continue;
      set.elements.push_back(*element_of(active.set, address, group->ports()));
    }
  }
  sort(set.elements);
  return set;
}

Set changed(const ActivePodSet& active, bool in) {
  Set set{active.set.spec, {}};
  for (const auto& [key, came] : active.changes) {
    if (came == in) set.elements.push_back({key, {}, {}});
  }
  return set;
}

// As the last change told of it.
Set as_taken(const ActivePodSet& active) {
  auto set = whole(active);
  std::erase_if(set.elements,
                [&](const Element& element) { return active.changes.contains(element.key); });
  for (auto& element : changed(active, false).elements) set.elements.push_back(element);
  sort(set.elements);
  return set;
}

}  // namespace

// Equal labels are the same labels.
std::size_t PodGroup::KeyHash::operator()(const Key& of) const {
  std::size_t seed = 0;
  boost::hash_combine(seed, &of.labels.get());
  boost::hash_combine(seed, &of.ports.get());
  return seed;
}

void PodSetIndex::set_namespace(const std::string& name, std::shared_ptr<const Namespace> object) {
  auto& ns = namespaces_[name];
  ns.object = std::move(object);
  for (auto& [key, group] : ns.groups) match_all(group, ns.object.get());
  if (!ns.object && ns.groups.empty()) namespaces_.erase(name);
}

PodGroup& PodSetIndex::group_of(const Pod& pod) {
  auto& ns = namespaces_[pod.key.ns];
  const auto [place, added] = ns.groups.try_emplace({pod.labels, pod.ports});
  auto& group = place->second;
  if (added) {
    group.ns_name = &namespaces_.find(pod.key.ns)->first;
    group.key = &place->first;
    ns.by_labels.add(pod.labels, &group);
    match_all(group, ns.object.get());
  }
  return group;
}

void PodSetIndex::add(PodGroup& group, const Address& address) {
  ++addresses_;
  group.addresses.insert(address);
  for (auto* set : group.sets) {
    if (includes(set->set, set->groups.at(&group), address)) put(*set, group, address, true);
  }
}

void PodSetIndex::remove(PodGroup& group, const Address& address) {
  group.addresses.erase(address);
  --addresses_;
  for (auto* set : group.sets) {
    if (includes(set->set, set->groups.at(&group), address)) put(*set, group, address, false);
  }
}

void PodSetIndex::drop(PodGroup& group) {
  for (auto* set : group.sets) set->groups.erase(&group);
  const auto place = namespaces_.find(group.ns());
  auto& ns = place->second;
  ns.by_labels.remove(group.labels(), &group);
  ns.groups.erase(ns.groups.find(*group.key));
  if (!ns.object && ns.groups.empty()) namespaces_.erase(place);
}

bool PodSetIndex::has_other(const PodSet& set) const {
  const auto known = sets_.find(set.spec.name);
  return known != sets_.end() && !(known->second.set == set);
}

ActivePodSet& PodSetIndex::use(const PodSet& set) {
  const auto [place, added] = sets_.try_emplace(set.spec.name);
  auto& active = place->second;
  ++active.uses;
  if (!added) return active;
  active.set = set;
  touched_.insert(&active);
  for_each_selector(set, [&](const std::string& ns, const LabelSelector& pods) {
    selectors_.add(ns, pods, &active);
  });
  for (auto* group : candidates(set)) {
    match(*group, active, namespaces_.at(group->ns()).object.get());
  }
  return active;
}

void PodSetIndex::release(ActivePodSet& set) {
  if (--set.uses == 0) touched_.insert(&set);
}

void PodSetIndex::take(RulesetChange& change) {
  for (auto* set : touched_) {
    const auto& name = set->set.spec.name;
    if (set->uses == 0) {
      if (set->taken) change.before.sets[name] = as_taken(*set);
      retire(*set);
    } else if (!std::exchange(set->taken, true)) {
      change.after.sets[name] = whole(*set);
    } else if (!set->changes.empty()) {
      change.before.sets[name] = changed(*set, false);
      change.after.sets[name] = changed(*set, true);
      set->changes.clear();
    }
  }
  touched_.clear();
}

void PodSetIndex::print(Ruleset& ruleset) const {
  for (const auto& [name, active] : sets_) ruleset.sets[name] = whole(active);
}

void PodSetIndex::measure(RulesetSize& size) const {
  size.sets += sets_.size();
  for (const auto& [name, active] : sets_) {
    size.elements += active.size;
  }
}

// Whatever matched under a namespace's former labels is among the candidates: these come of the
// pods' labels only.
void PodSetIndex::match_all(PodGroup& group, const Namespace* ns) {
  for (auto* set : selectors_.candidates(group.ns(), group.labels())) match(group, *set, ns);
}

void PodSetIndex::match(PodGroup& group, ActivePodSet& set, const Namespace* ns) {
  const auto place = set.groups.find(&group);
  const auto before = place == set.groups.end() ? std::nullopt : std::optional(place->second);
  const auto after = holds(set.set, group, ns);
  if (before == after) return;
  for (const auto& address : group.addresses) {
    const bool in = includes(set.set, after, address);
    if (in != includes(set.set, before, address)) put(set, group, address, in);
  }
  if (after) {
    set.groups[&group] = *after;
    group.sets.insert(&set);
  } else {
    set.groups.erase(place);
    group.sets.erase(&set);
  }
}

// An address that left and came again before the next take() has not changed.
void PodSetIndex::put(ActivePodSet& set, const PodGroup& group, const Address& address, bool in) {
  in ? ++set.size : --set.size;
  growth_ += in ? 1 : 0;
  if (!set.taken) return;
  touched_.insert(&set);
  const auto key = element_of(set.set, address, group.ports())->key;
  const auto [place, added] = set.changes.try_emplace(key, in);
  if (!added) set.changes.erase(place);
}

PodSetIndex::Groups PodSetIndex::candidates(const PodSet& set) {
  Groups found;
  if (may_hold_any_pod(set) || std::ranges::any_of(set.peers.pods, is_unanchored)) {
    for (auto& [name, ns] : namespaces_) add_candidates(ns, LabelSelector(), found);
    return found;
  }
  for (const auto& selector : set.peers.pods) {
    if (const auto* own = std::get_if<std::string>(&selector.namespaces)) {
      const auto ns = namespaces_.find(*own);
      if (ns != namespaces_.end()) add_candidates(ns->second, selector.pods, found);
      continue;
    }
    for (auto& [name, ns] : namespaces_) {
      if (selector.matches_namespace(name, ns.object.get())) {
        add_candidates(ns, selector.pods, found);
      }
    }
  }
  return found;
}

void PodSetIndex::add_candidates(NamespaceGroups& ns, const LabelSelector& pods, Groups& found) {
  const auto anchors = anchors_of(pods);
  for (const auto& anchor : anchors) {
    ns.by_labels.for_each(anchor, [&](PodGroup* group) { found.insert(group); });
  }
  if (!anchors.empty()) return;
  for (auto& [key, group] : ns.groups) found.insert(&group);
}

void PodSetIndex::retire(ActivePodSet& set) {
  for (const auto& [group, held] : set.groups) group->sets.erase(&set);
  for_each_selector(set.set, [&](const std::string& ns, const LabelSelector& pods) {
    selectors_.remove(ns, pods, &set);
  });
  sets_.erase(sets_.find(set.set.spec.name));
}

}  // namespace portcullis

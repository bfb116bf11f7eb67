#include "compiler/engine/pod_set_index.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace portcullis {
namespace {

bool may_hold_any_pod(const PodSet& set) {
  return std::ranges::any_of(set.parts, [&](const PodSetPart& part) {
    return part.peers.everyone || !part.peers.ranges(set.family).empty();
  });
}

// Any pod of any namespace may match.
bool is_unanchored(const PeerSelector& selector) {
  return std::holds_alternative<LabelSelector>(selector.namespaces) &&
         anchors_of(selector.pods).empty();
}

// Whether the anchors of the set's selectors cannot find all groups that it may hold.
bool may_hold_any_group(const PodSet& set) {
  return may_hold_any_pod(set) || std::ranges::any_of(set.parts, [](const PodSetPart& part) {
           return std::ranges::any_of(part.peers.pods, is_unanchored);
         });
}

// The namespace of the selected pods; "": any.
std::string scope_of(const PeerSelector& selector) {
  const auto* name = std::get_if<std::string>(&selector.namespaces);
  return name != nullptr ? *name : std::string();
}

// Calls function(scope, selector) for the selectors that find the groups that the set may hold.
template <class Function>
void for_each_selector(const PodSet& set, Function function) {
  if (may_hold_any_group(set)) return function(std::string(), LabelSelector());
  for (const auto& part : set.parts) {
    for (const auto& selector : part.peers.pods) function(scope_of(selector), selector.pods);
  }
}

// The selectors that look for groups under a scope and an anchor; both "": any.
using Places = std::map<std::pair<std::string, std::string>, std::vector<const PeerSelector*>>;

Places places_of(const PodSet& set) {
  Places places;
  const bool any = may_hold_any_group(set);
  if (any) places[{}] = {};  // even without selectors
  for (const auto& part : set.parts) {
    for (const auto& selector : part.peers.pods) {
      auto anchors = any ? Anchors() : anchors_of(selector.pods);
      if (anchors.empty()) anchors.emplace_back();
      const auto scope = any ? std::string() : scope_of(selector);
      for (const auto& anchor : anchors) places[{scope, anchor}].push_back(&selector);
    }
  }
  return places;
}

}  // namespace

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
    groups_.add(pod.key.ns, &group);
    match_all(group, ns.object.get());
  }
  return group;
}

void PodSetIndex::add(PodGroup& group, const Address& address) {
  ++addresses_;
  group.addresses.insert(address);
  for (const auto& [set, held] : group.sets) {
    for (const auto& key : keys_of(set->set, held, group, address)) put(*set, key, true);
  }
}

void PodSetIndex::remove(PodGroup& group, const Address& address) {
  group.addresses.erase(address);
  --addresses_;
  for (const auto& [set, held] : group.sets) {
    for (const auto& key : keys_of(set->set, held, group, address)) put(*set, key, false);
  }
}

void PodSetIndex::drop(PodGroup& group) {
  groups_.remove(group.ns(), &group);
  const auto place = namespaces_.find(group.ns());
  auto& ns = place->second;
  ns.groups.erase(ns.groups.find(*group.key));
  if (!ns.object && ns.groups.empty()) namespaces_.erase(place);
}

bool PodSetIndex::activate(const std::map<std::string, PodSet>& sets, std::size_t most_elements) {
  std::vector<ActivePodSet*> added;
  ScopedAnchors named;
  std::size_t elements = 0;
  for (const auto& [name, set] : sets) {
    const auto [place, is_new] = sets_.try_emplace(name);
    elements += place->second.size;
    if (!is_new) continue;
    place->second.set = set;
    index(*added.emplace_back(&place->second), named);
  }
  for (const auto& [ns, anchors] : named) groups_.name(ns, anchors);
  for (auto* set : added) {
    if (elements > most_elements) break;
    match_all(*set);
    elements += set->size;
  }
  if (elements <= most_elements) return true;
  for (auto* set : added) retire(*set);
  return false;
}

void PodSetIndex::index(ActivePodSet& set, ScopedAnchors& named) {
  for_each_selector(set.set, [&](const std::string& ns, const LabelSelector& pods) {
    std::ranges::move(selectors_.add(ns, pods, &set), std::back_inserter(named[ns]));
  });
}

void PodSetIndex::take(Delta& delta) {
  for (auto* set : std::exchange(touched_, {})) {
    if (set->changes.empty()) continue;
    auto& change = delta.elements[set->set.spec.name];
    change.set = set->set.spec;
    for (const auto& [key, came] : std::exchange(set->changes, {})) {
      (came ? change.came : change.gone).push_back({key, {}, {}});
    }
  }
}

// The candidates include every set that matched under the namespace's former labels, since they
// only depend on the pods' labels.
void PodSetIndex::match_all(PodGroup& group, const Namespace* ns) {
  for (auto* set : selectors_.candidates(group.ns(), group.labels())) match(group, *set, ns);
}

void PodSetIndex::match(PodGroup& group, ActivePodSet& set, const Namespace* ns) {
  const auto place = group.sets.find(&set);
  const auto before = place == group.sets.end() ? Held() : place->second;
  const auto after = held_by(set.set, group, ns);
  if (before == after) return;
  for (const auto& address : group.addresses) {
    const auto gone = keys_of(set.set, before, group, address);
    const auto came = keys_of(set.set, after, group, address);
    for (const auto& key : gone) {
      if (!std::ranges::binary_search(came, key)) put(set, key, false);
    }
    for (const auto& key : came) {
      if (!std::ranges::binary_search(gone, key)) put(set, key, true);
    }
  }
  if (after.any()) {
    group.sets[&set] = after;
  } else {
    group.sets.erase(place);
  }
}

void PodSetIndex::match_all(ActivePodSet& set) {
  for (auto* group : candidates(set.set)) {
    match(*group, set, namespaces_.at(group->ns()).object.get());
  }
}

// An element that left and came again before the next take() has not changed.
void PodSetIndex::put(ActivePodSet& set, const ElementKey& key, bool in) {
  in ? ++set.size : --set.size;
  growth_ += in ? 1 : 0;
  if (!set.followed) return;
  touched_.insert(&set);
  const auto [place, added] = set.changes.try_emplace(key, in);
  if (!added) set.changes.erase(place);
}

// Every group that the set may hold, without duplicates. The set's anchors must be named.
std::vector<PodGroup*> PodSetIndex::candidates(const PodSet& set) const {
  std::vector<PodGroup*> found;
  const auto places = places_of(set);
  for (const auto& [place, selectors] : places) {
    const auto accepts = [&, &peers = selectors](const std::string& ns) {
      const auto* object = namespaces_.at(ns).object.get();
      return may_hold_any_pod(set) || std::ranges::any_of(peers, [&](const auto* selector) {
               return selector->matches_namespace(ns, object);
             });
    };
    groups_.for_each(place.first, place.second, accepts,
                     [&](PodGroup* group) { found.push_back(group); });
  }
  if (places.size() < 2) return found;
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

Set PodSetIndex::whole(const ActivePodSet& active) const {
  Set set{active.set.spec, {}};
  for (const auto* group : candidates(active.set)) {
    const auto held = group->sets.find(&active);
    if (held == group->sets.end()) continue;
    for (const auto& address : group->addresses) {
      for (const auto& key : keys_of(active.set, held->second, *group, address)) {
        set.elements.push_back({key, {}, {}});
      }
    }
  }
  std::ranges::sort(set.elements);
  return set;
}

void PodSetIndex::retire(ActivePodSet& set) {
  for (auto* group : candidates(set.set)) group->sets.erase(&set);
  for_each_selector(set.set, [&](const std::string& ns, const LabelSelector& pods) {
    groups_.forget(ns, selectors_.remove(ns, pods, &set));
  });
  touched_.erase(&set);
  sets_.erase(sets_.find(set.set.spec.name));
}

}  // namespace portcullis

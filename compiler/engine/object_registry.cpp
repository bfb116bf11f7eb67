#include "compiler/engine/object_registry.h"

#include <algorithm>
#include <set>
#include <utility>

#include "compiler/ruleset/references.h"

namespace portcullis {
namespace {

// The content of that name, as long as it is not in use.
ActiveObject::Content content_of(const std::string& name, const ProfileChain& profile,
                                 PodSetIndex& pod_sets) {
  if (const auto chain = profile.chains.find(name); chain != profile.chains.end()) {
    return chain->second;
  }
  if (const auto set = profile.fixed.find(name); set != profile.fixed.end()) return set->second;
  if (name == profile.denied.spec.name) return profile.denied;
  return &pod_sets.at(name);
}

struct References {
  std::set<std::string> operator()(const Chain& chain) const { return references(chain); }
  std::set<std::string> operator()(const Set& set) const { return references(set); }
  std::set<std::string> operator()(const auto&) const { return {}; }
};

void reach(const ActiveObject& object, std::set<const ActiveObject*>& reached) {
  if (!reached.insert(&object).second) return;
  for (const auto* each : object.refers_to) reach(*each, reached);
}

// The names that the kind has in `names`.
struct NamesOfKind {
  ObjectNames& names;
  std::set<std::string>& operator()(const Chain&) const { return names.chains; }
  std::set<std::string>& operator()(const DeniedCounter&) const { return names.counters; }
  std::set<std::string>& operator()(const auto&) const { return names.sets; }
};

}  // namespace

std::size_t pods_of(const ActiveObject& object) {
  std::set<const ActiveObject*> reached;
  reach(object, reached);
  std::size_t pods = 0;
  for (const auto* each : reached) {
    if (const auto* set = std::get_if<ActivePodSet*>(&each->content)) pods += (*set)->size;
  }
  return pods;
}

ActiveObject* ObjectRegistry::use(const ProfileChain& profile, std::size_t most_pods) {
  if (!objects_.contains(profile.name) && !pod_sets_.activate(profile.of_pods, most_pods)) {
    return nullptr;
  }
  auto& chain = add(profile.name, profile);
  ++chain.uses;
  return &chain;
}

ActiveObject& ObjectRegistry::add(const std::string& name, const ProfileChain& profile) {
  const auto known = objects_.find(name);
  if (known != objects_.end()) return known->second;
  auto& object = objects_[name];
  object.name = name;
  object.content = content_of(name, profile, pod_sets_);
  for (const auto& each : std::visit(References{}, object.content)) {
    auto& referred = add(each, profile);
    ++referred.uses;
    object.refers_to.push_back(&referred);
  }
  touched_.insert(&object);
  return object;
}

void ObjectRegistry::release(ActiveObject& object) {
  if (--object.uses == 0) touched_.insert(&object);
}

bool ObjectRegistry::conflicts(const ProfileChain& profile) const {
  const auto is_other = [&]<class T>(const std::string& name, const T& content) {
    const auto known = objects_.find(name);
    if (known == objects_.end()) return false;
    if constexpr (std::is_same_v<T, PodSet>) {
      const auto* set = std::get_if<ActivePodSet*>(&known->second.content);
      return set == nullptr || !((*set)->set == content);
    } else {
      const auto* same = std::get_if<T>(&known->second.content);
      return same == nullptr || !(*same == content);
    }
  };
  const auto any_other = [&](const auto& objects) {
    return std::ranges::any_of(
        objects, [&](const auto& entry) { return is_other(entry.first, entry.second); });
  };
  return any_other(profile.chains) || any_other(profile.fixed) || any_other(profile.of_pods) ||
         is_other(profile.denied.spec.name, profile.denied);
}

void ObjectRegistry::take(Delta& delta) {
  while (!touched_.empty()) {
    auto& object = **touched_.begin();
    touched_.erase(touched_.begin());
    if (object.uses == 0) {
      remove(object, delta);
    } else if (!std::exchange(object.told, true)) {
      if (auto* set = std::get_if<ActivePodSet*>(&object.content)) pod_sets_.follow(**set);
      put(object, delta.add);
    }
  }
}

void ObjectRegistry::remove(ActiveObject& object, Delta& delta) {
  if (object.told) std::visit(NamesOfKind{delta.gone}, object.content).insert(object.name);
  for (auto* each : object.refers_to) release(*each);
  if (auto* set = std::get_if<ActivePodSet*>(&object.content)) pod_sets_.retire(**set);
  objects_.erase(objects_.find(object.name));
}

void ObjectRegistry::print(Ruleset& ruleset) const {
  for (const auto& [name, object] : objects_) put(object, ruleset);
}

void ObjectRegistry::put(const ActiveObject& object, Ruleset& ruleset) const {
  if (const auto* chain = std::get_if<Chain>(&object.content)) {
    ruleset.chains[object.name] = *chain;
  } else if (const auto* set = std::get_if<Set>(&object.content)) {
    ruleset.sets[object.name] = *set;
  } else if (const auto* counter = std::get_if<DeniedCounter>(&object.content)) {
    ruleset.counters[object.name] = counter->spec;
  } else {
    ruleset.sets[object.name] = pod_sets_.whole(*std::get<ActivePodSet*>(object.content));
  }
}

void ObjectRegistry::measure(RulesetSize& size) const {
  for (const auto& [name, object] : objects_) {
    if (std::holds_alternative<Chain>(object.content)) {
      ++size.chains;
    } else if (const auto* set = std::get_if<Set>(&object.content)) {
      ++size.sets;
      size.elements += set->elements.size();
    } else if (const auto* of_pods = std::get_if<ActivePodSet*>(&object.content)) {
      ++size.sets;
      size.elements += (*of_pods)->size;
    }
  }
}

}  // namespace portcullis

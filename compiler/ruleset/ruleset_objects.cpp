#include "compiler/ruleset/ruleset_objects.h"

#include <iterator>
#include <utility>

namespace portcullis {
namespace {

template <class Map>
void add_missing(const Map& from, const Map& to, Map& missing) {
  for (const auto& [name, object] : from) {
    if (!to.contains(name)) missing.insert_or_assign(name, object);
  }
}

template <class Map>
void take(const Map& names, Map& from, Map& taken) {
  if (from.empty()) return;
  for (const auto& [name, object] : names) {
    if (auto node = from.extract(name); !node.empty()) taken.insert(std::move(node));
  }
}

}  // namespace

Ruleset missing_objects(const Ruleset& from, const Ruleset& to) {
  Ruleset missing;
  add_missing(from.sets, to.sets, missing.sets);
  add_missing(from.chains, to.chains, missing.chains);
  add_missing(from.counters, to.counters, missing.counters);
  return missing;
}

void merge_objects(Ruleset from, Ruleset& to) {
  to.sets.merge(from.sets);
  to.chains.merge(from.chains);
  to.counters.merge(from.counters);
}

Ruleset take_objects(const Ruleset& names, Ruleset& from) {
  Ruleset taken;
  take(names.sets, from.sets, taken.sets);
  take(names.chains, from.chains, taken.chains);
  take(names.counters, from.counters, taken.counters);
  return taken;
}

Ruleset take_base_chains(Ruleset& from) {
  Ruleset taken;
  for (auto each = from.chains.begin(); each != from.chains.end();) {
    const auto next = std::next(each);
    if (each->second.spec.base) taken.chains.insert(from.chains.extract(each));
    each = next;
  }
  return taken;
}

}  // namespace portcullis

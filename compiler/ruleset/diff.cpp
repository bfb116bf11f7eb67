#include "compiler/ruleset/diff.h"

#include <algorithm>
#include <iterator>

#include "compiler/ruleset/references.h"

namespace portcullis {
namespace {

using Names = std::set<std::string>;

bool replaceable_in_place(const Ruleset& from, const Ruleset& to, const Names& met) {
  const auto same_set = [&](const auto& entry) {
    const auto old = from.sets.find(entry.first);
    if (old == from.sets.end()) return true;
    return old->second.spec == entry.second.spec &&
           (!entry.second.spec.interval || !met.contains(entry.first) ||
            old->second.elements == entry.second.elements);
  };
  const auto same_chain = [&](const auto& entry) {
    const auto old = from.chains.find(entry.first);
    return old == from.chains.end() || old->second.spec == entry.second.spec;
  };
  const auto same_counter = [&](const auto& entry) {
    const auto old = from.counters.find(entry.first);
    return old == from.counters.end() || old->second == entry.second;
  };
  return std::all_of(to.sets.begin(), to.sets.end(), same_set) &&
         std::all_of(to.chains.begin(), to.chains.end(), same_chain) &&
         std::all_of(to.counters.begin(), to.counters.end(), same_counter);
}

std::vector<Element> missing(const std::vector<Element>& from, const std::vector<Element>& to) {
  std::vector<Element> elements;
  std::set_difference(to.begin(), to.end(), from.begin(), from.end(), std::back_inserter(elements));
  return elements;
}

// Calls on_new(object) for those that only `to` has, and on_both(old, object) for the others.
template <class Map, class New, class Both>
void compare(const Map& from, const Map& to, New on_new, Both on_both) {
  for (const auto& [name, object] : to) {
    const auto old = from.find(name);
    old == from.end() ? on_new(object) : on_both(old->second, object);
  }
}

// A set of ranges can only be filled as a whole.
ElementChange refill(const Set& set) { return {set.spec, true, {}, set.elements}; }

// Of a table that stays, in which packets can meet these chains and sets.
void diff_objects(const Ruleset& from, const Ruleset& to, const Names& met, Delta& delta) {
  compare(
      from.sets, to.sets, [&](const Set& set) { delta.add.sets[set.spec.name] = set; },
      [&](const Set& old, const Set& set) {
        if (old.elements == set.elements) return;
        const auto& name = set.spec.name;
        delta.elements[name] =
            set.spec.interval ? refill(set) : diff(set.spec, old.elements, set.elements);
        if (!met.contains(name)) delta.unreachable.sets.insert(name);
      });
  compare(
      from.chains, to.chains,
      [&](const Chain& chain) { delta.add.chains[chain.spec.name] = chain; },
      [&](const Chain& old, const Chain& chain) {
        if (old.rules == chain.rules) return;
        const auto& name = chain.spec.name;
        delta.rules[name] = chain.rules;
        if (!met.contains(name)) delta.unreachable.chains.insert(name);
      });
  compare(
      from.counters, to.counters,
      [&](const CounterSpec& counter) { delta.add.counters[counter.name] = counter; },
      [](const CounterSpec&, const CounterSpec&) {});
  delta.gone = names_of(from);
  delta.gone.remove(names_of(to));
}

}  // namespace

ElementChange diff(const SetSpec& set, const std::vector<Element>& from,
                   const std::vector<Element>& to) {
  return {set, false, missing(to, from), missing(from, to)};
}

Delta diff(const Ruleset& from, const Ruleset& to) {
  Delta delta;
  delta.family = to.family;
  if (from == to) return delta;
  if (to.empty()) {
    delta.change = TableChange::kDelete;
  } else if (from.empty()) {
    delta.add = to;
    delta.change = TableChange::kAdd;
  } else {
    const auto met = reachable(from);
    if (!replaceable_in_place(from, to, met)) return replacement(to);
    diff_objects(from, to, met, delta);
  }
  return delta;
}

Delta replacement(const Ruleset& to) {
  Delta delta;
  delta.family = to.family;
  delta.change = TableChange::kReplace;
  delta.add = to;
  return delta;
}

}  // namespace portcullis

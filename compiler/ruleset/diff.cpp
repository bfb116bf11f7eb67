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

TableChange table_change(const Ruleset& from, const Ruleset& to, TableFamily family) {
  const bool had = has_table(from, family);
  if (had == has_table(to, family)) return TableChange::kNone;
  return had ? TableChange::kDelete : TableChange::kAdd;
}

// A table's objects go with it.
void diff_table(const Ruleset& from, const Ruleset& to, TableFamily family, Delta& delta) {
  delta.change_of(family) = table_change(from, to, family);
  if (delta.change_of(family) == TableChange::kDelete) delta.gone.remove(family);
}

}  // namespace

ElementChange diff(const SetSpec& set, const std::vector<Element>& from,
                   const std::vector<Element>& to) {
  return {set, false, missing(to, from), missing(from, to)};
}

Delta diff(const Ruleset& from, const Ruleset& to) {
  Delta delta;
  if (from == to) return delta;
  const auto met = reachable(from);
  if (!replaceable_in_place(from, to, met)) {
    return replacement(to, tables_of(from));
  }
  diff_objects(from, to, met, delta);
  for (const auto family : kTableFamilies) diff_table(from, to, family, delta);
  return delta;
}

Delta diff_part(const Ruleset& from, const Ruleset& to) {
  Delta delta;
  diff_objects(from, to, reachable(from), delta);
  diff_table(from, to, TableFamily::kBridge, delta);
  return delta;
}

Delta replacement(const Ruleset& to, const std::vector<TableFamily>& existing) {
  const auto change = [&](TableFamily family) {
    const bool has = has_table(to, family);
    if (std::ranges::find(existing, family) == existing.end()) {
      return has ? TableChange::kAdd : TableChange::kNone;
    }
    return has ? TableChange::kReplace : TableChange::kDelete;
  };
  Delta delta;
  delta.change = change(TableFamily::kInet);
  delta.bridge = change(TableFamily::kBridge);
  delta.add = to;
  return delta;
}

}  // namespace portcullis

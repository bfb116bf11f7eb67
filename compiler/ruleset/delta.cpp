#include "compiler/ruleset/delta.h"

namespace portcullis {
namespace {

// Calls function(one, other) for the names of each kind.
template <class Function>
void for_each_kind(ObjectNames& one, const ObjectNames& other, Function function) {
  function(one.base_chains, other.base_chains);
  function(one.chains, other.chains);
  function(one.sets, other.sets);
  function(one.counters, other.counters);
}

}  // namespace

bool ObjectNames::empty() const {
  return base_chains.empty() && chains.empty() && sets.empty() && counters.empty();
}

void ObjectNames::merge(ObjectNames other) {
  base_chains.merge(other.base_chains);
  chains.merge(other.chains);
  sets.merge(other.sets);
  counters.merge(other.counters);
}

void ObjectNames::remove(const ObjectNames& others) {
  for_each_kind(*this, others, [](auto& names, const auto& other) {
    std::erase_if(names, [&](const std::string& name) { return other.contains(name); });
  });
}

void ObjectNames::remove(TableFamily table) {
  for (auto* names : {&base_chains, &chains, &sets, &counters}) {
    std::erase_if(*names, [&](const std::string& name) { return table_of(name) == table; });
  }
}

void ObjectNames::keep(const ObjectNames& others) {
  for_each_kind(*this, others, [](auto& names, const auto& other) {
    std::erase_if(names, [&](const std::string& name) { return !other.contains(name); });
  });
}

bool Delta::empty() const {
  return change == TableChange::kNone && bridge == TableChange::kNone && add.empty() &&
         rules.empty() && elements.empty() && gone.empty();
}

void Delta::remove(TableFamily table) {
  const auto is_in_it = [&](const auto& each) { return table_of(each.first) == table; };
  change_of(table) = TableChange::kNone;
  take_table(add, table);
  std::erase_if(rules, is_in_it);
  std::erase_if(elements, is_in_it);
  gone.remove(table);
  unreachable.remove(table);
}

ObjectNames names_of(const Ruleset& ruleset) {
  ObjectNames names;
  for (const auto& [name, chain] : ruleset.chains) {
    (chain.spec.base ? names.base_chains : names.chains).insert(name);
  }
  for (const auto& [name, set] : ruleset.sets) names.sets.insert(name);
  for (const auto& [name, counter] : ruleset.counters) names.counters.insert(name);
  return names;
}

}  // namespace portcullis

#include "compiler/ruleset/diff.h"

#include <algorithm>
#include <iterator>

namespace portcullis {
namespace {

bool replaceable_in_place(const Ruleset& from, const Ruleset& to) {
  const auto same_set = [&](const auto& entry) {
    const auto old = from.sets.find(entry.first);
    if (old == from.sets.end()) return true;
    return old->second.spec == entry.second.spec &&
           (!entry.second.spec.interval || old->second.elements == entry.second.elements);
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

// The order of one transaction. References follow what they refer to; removal is the reverse:
//
//   table, counters, sets, chains, plain elements, rules of new chains,
//   stale elements, verdict map elements (their chains are complete by now),
//   changed chains (their rules refer to what is new),
//   stale chains' rules, stale sets, stale chains, stale counters
class Differ {
 public:
  Differ(const Ruleset& from, const Ruleset& to) : from_(from), to_(to) {}

  Transaction run() && {
    for (const auto& [name, counter] : to_.counters) {
      if (!from_.counters.contains(name)) emit(AddCounter{counter});
    }
    for (const auto& [name, set] : to_.sets) {
      if (!from_.sets.contains(name)) emit(AddSet{set.spec});
    }
    for (const auto& [name, chain] : to_.chains) {
      if (!from_.chains.contains(name)) emit(AddChain{chain.spec});
    }
    add_elements(false);
    add_new_rules();
    delete_elements();
    add_elements(true);
    change_rules();
    delete_stale();
    return std::move(transaction_);
  }

 private:
  template <class T>
  void emit(T operation) {
    transaction_.operations.emplace_back(std::move(operation));
  }

  const std::vector<Element>& old_elements(const std::string& name) const {
    static const std::vector<Element> kNone;
    const auto old = from_.sets.find(name);
    return old == from_.sets.end() ? kNone : old->second.elements;
  }

  void add_elements(bool verdict_maps) {
    for (const auto& [name, set] : to_.sets) {
      if (set.spec.verdict_map != verdict_maps) continue;
      auto added = missing(old_elements(name), set.elements);
      if (!added.empty()) emit(AddElements{set.spec, std::move(added)});
    }
  }

  void delete_elements() {
    for (const auto& [name, set] : to_.sets) {
      auto stale = missing(set.elements, old_elements(name));
      if (!stale.empty()) emit(DeleteElements{set.spec, std::move(stale)});
    }
  }

  void add_rules(const Chain& chain) {
    for (const auto& rule : chain.rules) emit(AddRule{chain.spec.name, rule});
  }

  void add_new_rules() {
    for (const auto& [name, chain] : to_.chains) {
      if (!from_.chains.contains(name)) add_rules(chain);
    }
  }

  void change_rules() {
    for (const auto& [name, chain] : to_.chains) {
      const auto old = from_.chains.find(name);
      if (old == from_.chains.end() || old->second.rules == chain.rules) continue;
      emit(FlushChain{name});
      add_rules(chain);
    }
  }

  void delete_stale() {
    for (const auto& [name, chain] : from_.chains) {
      if (!to_.chains.contains(name) && !chain.rules.empty()) emit(FlushChain{name});
    }
    for (const auto& [name, set] : from_.sets) {
      if (!to_.sets.contains(name)) emit(DeleteSet{name});
    }
    for (const auto& [name, chain] : from_.chains) {
      if (!to_.chains.contains(name)) emit(DeleteChain{name});
    }
    for (const auto& [name, counter] : from_.counters) {
      if (!to_.counters.contains(name)) emit(DeleteCounter{name});
    }
  }

  const Ruleset& from_;
  const Ruleset& to_;
  Transaction transaction_;
};

}  // namespace

Transaction diff_parts(const Ruleset& from, const Ruleset& to) { return Differ(from, to).run(); }

Transaction diff(const Ruleset& from, const Ruleset& to) {
  if (from == to) return {};
  Transaction transaction;
  const bool replace = !from.empty() && (to.empty() || !replaceable_in_place(from, to));
  if (replace) transaction.operations.emplace_back(DeleteTable{});
  if (to.empty()) return transaction;
  const Ruleset none;
  const auto& base = replace ? none : from;
  if (base.empty()) transaction.operations.emplace_back(AddTable{});
  auto rest = diff_parts(base, to);
  std::move(rest.operations.begin(), rest.operations.end(),
            std::back_inserter(transaction.operations));
  return transaction;
}

Transaction replacement(const Ruleset& to) {
  auto all = diff({}, to);
  all.operations.insert(all.operations.begin(), DeleteTable{});
  return all;
}

}  // namespace portcullis

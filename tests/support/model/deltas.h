#pragma once

#include <string>
#include <utility>
#include <vector>

#include "compiler/ruleset/delta.h"

// Deltas that do one thing.
namespace portcullis::test {

inline Delta to_table(TableChange change) {
  Delta delta;
  delta.change = change;
  return delta;
}

inline Delta with_set(Set set) {
  Delta delta;
  delta.add.sets[set.spec.name] = set;
  return delta;
}

inline Delta with_chain(const ChainSpec& spec, std::vector<Rule> rules = {}) {
  Delta delta;
  delta.add.chains[spec.name] = {spec, std::move(rules)};
  return delta;
}

inline Delta without_set(const std::string& name) {
  Delta delta;
  delta.gone.sets = {name};
  return delta;
}

inline Delta without_chain(const std::string& name) {
  Delta delta;
  delta.gone.chains = {name};
  return delta;
}

inline Delta with_rules(const std::string& chain, std::vector<Rule> rules) {
  Delta delta;
  delta.rules[chain] = std::move(rules);
  return delta;
}

inline Delta with_elements(const SetSpec& set, std::vector<Element> elements) {
  Delta delta;
  delta.elements[set.name] = {set, false, {}, std::move(elements)};
  return delta;
}

inline Delta without_elements(const SetSpec& set, std::vector<Element> elements) {
  Delta delta;
  delta.elements[set.name] = {set, false, std::move(elements), {}};
  return delta;
}

}  // namespace portcullis::test

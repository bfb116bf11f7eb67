#include "compiler/ruleset/references.h"

#include <utility>
#include <vector>

namespace portcullis {
namespace {

struct Reference {
  const std::string* operator()(const InSet& in) const { return &in.set; }
  const std::string* operator()(const ConntrackMarkInSet& in) const { return &in.set; }
  const std::string* operator()(const VerdictMap& vmap) const { return &vmap.map; }
  const std::string* operator()(const Counter& counter) const {
    return counter.name.empty() ? nullptr : &counter.name;
  }
  const std::string* operator()(const Jump& jump) const { return &jump.chain; }
  const std::string* operator()(const auto&) const { return nullptr; }
};

}  // namespace

const std::string* reference(const Statement& statement) {
  return std::visit(Reference{}, statement);
}

std::set<std::string> references(const Chain& chain) {
  std::set<std::string> names;
  for (const auto& rule : chain.rules) {
    for (const auto& statement : rule.statements) {
      if (const auto* name = reference(statement)) names.insert(*name);
    }
  }
  return names;
}

std::set<std::string> references(const Set& set) {
  std::set<std::string> names;
  for (const auto& element : set.elements) {
    if (!element.jump.empty()) names.insert(element.jump);
  }
  return names;
}

std::set<std::string> reachable(const Ruleset& ruleset) {
  std::set<std::string> reached;
  std::vector<std::string> waiting;
  for (const auto& [name, chain] : ruleset.chains) {
    if (chain.spec.base) waiting.push_back(name);
  }
  while (!waiting.empty()) {
    const auto name = std::move(waiting.back());
    waiting.pop_back();
    if (!reached.insert(name).second) continue;
    const auto follow = [&](const auto& objects) {
      const auto object = objects.find(name);
      if (object == objects.end()) return;
      for (auto& each : references(object->second)) waiting.push_back(each);
    };
    follow(ruleset.chains);
    follow(ruleset.sets);
  }
  return reached;
}

}  // namespace portcullis

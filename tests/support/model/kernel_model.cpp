#include "tests/support/model/kernel_model.h"

#include <algorithm>

#include "compiler/ruleset/references.h"

namespace portcullis::test {
namespace {

tl::unexpected<Error> violated(const std::string& what) {
  return failure(ErrorCode::kConflict, what);
}

tl::unexpected<Error> in_use(const std::string& what) { return failure(ErrorCode::kBusy, what); }

// The first chain or map that refers to `name`, of an object of any kind; "" for none.
std::string user_of(const std::string& name, const Ruleset& ruleset) {
  for (const auto& [chain, content] : ruleset.chains) {
    if (references(content).contains(name)) return "chain " + chain;
  }
  for (const auto& [map, content] : ruleset.sets) {
    if (references(content).contains(name)) return "map " + map;
  }
  return "";
}

}  // namespace

Result<void> KernelModel::apply(const Operation& operation) {
  if (!exists(table_changed_by(operation)) && !std::holds_alternative<AddTable>(operation)) {
    return violated("no such table");
  }
  return std::visit([&](const auto& each) { return run(each); }, operation);
}

Result<void> KernelModel::apply(const Delta& delta) {
  for (const auto& operation : operations(delta)) {
    if (const auto done = apply(operation); !done) {
      return failure(done.error().code, to_string(operation) + ": " + done.error().message);
    }
  }
  return {};
}

bool KernelModel::exists(TableFamily table) const {
  return std::ranges::find(tables_, table) != tables_.end();
}

Result<void> KernelModel::run(const AddTable& add) {
  if (!exists(add.table)) tables_.push_back(add.table);
  std::ranges::sort(tables_);
  return {};
}

Result<void> KernelModel::run(const DeleteTable& del) {
  const auto is_in_it = [&](const auto& each) { return table_of(each.first) == del.table; };
  std::erase_if(ruleset_.sets, is_in_it);
  std::erase_if(ruleset_.chains, is_in_it);
  std::erase_if(ruleset_.counters, is_in_it);
  std::erase(tables_, del.table);
  return {};
}

Result<void> KernelModel::run(const AddCounter& add) {
  if (!ruleset_.counters.try_emplace(add.counter.name, add.counter).second) {
    return violated("counter exists");
  }
  return {};
}

Result<void> KernelModel::run(const DeleteCounter& del) {
  const auto user = user_of(del.name, ruleset_);
  if (!user.empty()) return in_use("counter is in use by " + user);
  if (ruleset_.counters.erase(del.name) == 0) return violated("no such counter");
  return {};
}

Result<void> KernelModel::run(const AddSet& add) {
  if (!ruleset_.sets.try_emplace(add.set.name, Set{add.set, {}}).second) {
    return violated("set exists");
  }
  return {};
}

Result<void> KernelModel::run(const DeleteSet& del) {
  const auto user = user_of(del.name, ruleset_);
  if (!user.empty()) return in_use("set is in use by " + user);
  if (ruleset_.sets.erase(del.name) == 0) return violated("no such set");
  return {};
}

Result<void> KernelModel::run(const AddChain& add) {
  if (!ruleset_.chains.try_emplace(add.chain.name, Chain{add.chain, {}}).second) {
    return violated("chain exists");
  }
  return {};
}

Result<void> KernelModel::run(const DeleteChain& del) {
  const auto chain = ruleset_.chains.find(del.name);
  if (chain == ruleset_.chains.end()) return violated("no such chain");
  if (!chain->second.rules.empty()) return in_use("chain has rules");
  const auto user = user_of(del.name, ruleset_);
  if (!user.empty()) return in_use("chain is in use by " + user);
  ruleset_.chains.erase(chain);
  return {};
}

Result<void> KernelModel::run(const AddRule& add) {
  const auto chain = ruleset_.chains.find(add.chain);
  if (chain == ruleset_.chains.end()) return violated("no such chain");
  for (const auto& name : references(Chain{{}, {add.rule}})) {
    if (!ruleset_.sets.contains(name) && !ruleset_.chains.contains(name) &&
        !ruleset_.counters.contains(name)) {
      return violated("no such set, chain or counter: " + name);
    }
  }
  chain->second.rules.push_back(add.rule);
  return {};
}

Result<void> KernelModel::run(const FlushChain& flush) {
  const auto chain = ruleset_.chains.find(flush.chain);
  if (chain == ruleset_.chains.end()) return violated("no such chain");
  chain->second.rules.clear();
  return {};
}

Result<void> KernelModel::run(const AddElements& add) {
  const auto set = ruleset_.sets.find(add.set.name);
  if (set == ruleset_.sets.end()) return violated("no such set");
  auto& elements = set->second.elements;
  if (set->second.spec.interval && !elements.empty()) return violated("interval set edited");
  for (const auto& element : add.elements) {
    const auto place = std::lower_bound(elements.begin(), elements.end(), element,
                                        [](const auto& a, const auto& b) { return a.key < b.key; });
    if (place != elements.end() && place->key == element.key) return violated("element exists");
    if (!element.jump.empty() && !ruleset_.chains.contains(element.jump)) {
      return violated("no such chain: " + element.jump);
    }
    elements.insert(place, element);
  }
  return {};
}

Result<void> KernelModel::run(const DeleteElements& del) {
  const auto set = ruleset_.sets.find(del.set.name);
  if (set == ruleset_.sets.end()) return violated("no such set");
  for (const auto& element : del.elements) {
    const auto same_key = [&](const Element& each) { return each.key == element.key; };
    if (std::erase_if(set->second.elements, same_key) == 0) return violated("no such element");
  }
  return {};
}

Result<void> KernelModel::run(const FlushSet& flush) {
  const auto set = ruleset_.sets.find(flush.set.name);
  if (set == ruleset_.sets.end()) return violated("no such set");
  set->second.elements.clear();
  return {};
}

}  // namespace portcullis::test

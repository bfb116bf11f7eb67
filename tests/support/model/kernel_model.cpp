#include "tests/support/model/kernel_model.h"

#include <algorithm>

namespace portcullis::test {
namespace {

tl::unexpected<Error> violated(const std::string& what) {
  return failure(ErrorCode::kConflict, what);
}

tl::unexpected<Error> in_use(const std::string& what) { return failure(ErrorCode::kBusy, what); }

// The set or map that a statement refers to; "" for none.
std::string referred_set(const Statement& statement) {
  if (const auto* in = std::get_if<InSet>(&statement)) return in->set;
  if (const auto* vmap = std::get_if<VerdictMap>(&statement)) return vmap->map;
  return "";
}

// The counter that a statement counts by; "" for none.
std::string counter_of(const Statement& statement) {
  const auto* counter = std::get_if<Counter>(&statement);
  return counter == nullptr ? "" : counter->name;
}

// The chain that a statement jumps to; "" for none.
std::string target_of(const Statement& statement) {
  const auto* jump = std::get_if<Jump>(&statement);
  return jump == nullptr ? "" : jump->chain;
}

// The first chain with a statement that refers to `name`, according to `reference`; "" for none.
std::string user_of(const std::string& name, std::string (*reference)(const Statement&),
                    const Ruleset& ruleset) {
  for (const auto& [chain, content] : ruleset.chains) {
    for (const auto& rule : content.rules) {
      for (const auto& statement : rule.statements) {
        if (reference(statement) == name) return chain;
      }
    }
  }
  return "";
}

bool jumps_to(const Set& set, const std::string& chain) {
  return std::any_of(set.elements.begin(), set.elements.end(),
                     [&](const Element& element) { return element.jump == chain; });
}

}  // namespace

Result<void> KernelModel::apply(const Operation& operation) {
  if (!table_exists_ && !std::holds_alternative<AddTable>(operation)) {
    return violated("no such table");
  }
  return std::visit([&](const auto& each) { return run(each); }, operation);
}

Result<void> KernelModel::apply(const Transaction& transaction) {
  for (const auto& operation : transaction.operations) {
    if (const auto done = apply(operation); !done) {
      return failure(done.error().code, to_string(operation) + ": " + done.error().message);
    }
  }
  return {};
}

Result<void> KernelModel::run(const AddTable&) {
  table_exists_ = true;
  return {};
}

Result<void> KernelModel::run(const DeleteTable&) {
  ruleset_ = {};
  table_exists_ = false;
  return {};
}

Result<void> KernelModel::run(const AddCounter& add) {
  if (!ruleset_.counters.try_emplace(add.counter.name, add.counter).second) {
    return violated("counter exists");
  }
  return {};
}

Result<void> KernelModel::run(const DeleteCounter& del) {
  const auto user = user_of(del.name, counter_of, ruleset_);
  if (!user.empty()) return in_use("counter is in use by chain " + user);
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
  const auto user = user_of(del.name, referred_set, ruleset_);
  if (!user.empty()) return in_use("set is in use by chain " + user);
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
  const auto user = user_of(del.name, target_of, ruleset_);
  if (!user.empty()) return in_use("chain is in use by chain " + user);
  for (const auto& [name, set] : ruleset_.sets) {
    if (jumps_to(set, del.name)) return in_use("chain is in use by map " + name);
  }
  ruleset_.chains.erase(chain);
  return {};
}

Result<void> KernelModel::run(const AddRule& add) {
  const auto chain = ruleset_.chains.find(add.chain);
  if (chain == ruleset_.chains.end()) return violated("no such chain");
  for (const auto& statement : add.rule.statements) {
    const auto name = referred_set(statement);
    if (!name.empty() && !ruleset_.sets.contains(name)) return violated("no such set: " + name);
    const auto target = target_of(statement);
    if (!target.empty() && !ruleset_.chains.contains(target)) {
      return violated("no such chain: " + target);
    }
    const auto counter = counter_of(statement);
    if (!counter.empty() && !ruleset_.counters.contains(counter)) {
      return violated("no such counter: " + counter);
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

}  // namespace portcullis::test

#include "compiler/engine/dispatch_table.h"

#include <limits>
#include <utility>

#include "compiler/policy/anonymous_address.h"
#include "compiler/ruleset/diff.h"

namespace portcullis {
namespace {

constexpr auto kNoLimit = std::numeric_limits<std::size_t>::max();

}  // namespace

void DispatchTable::set(const Address& address, std::optional<ChainNames> chains) {
  const auto count = [&](const ChainNames& names, std::size_t by) {
    for (std::size_t i = 0; i < names.size(); ++i) isolated_[i] += names[i].empty() ? 0 : by;
  };
  if (const auto* former = take_out(address)) count(*former, std::size_t(-1));
  if (!chains) return;
  count(*chains, 1);
  came_.emplace(address, std::move(*chains));
}

const ChainNames* DispatchTable::take_out(const Address& address) {
  const auto place = dispatch_.find(address);
  if (place == dispatch_.end()) return nullptr;
  return &gone_.insert(dispatch_.extract(place)).position->second;
}

void DispatchTable::settle() {
  bool changed = false;
  for (const auto direction : kDirections) {
    auto*& chain = anonymous_[index_of(direction)];
    if ((isolated_[index_of(direction)] > 0) == (chain != nullptr)) continue;
    changed = true;
    if (chain == nullptr) {
      chain = objects_.use(anonymous_chain(direction), kNoLimit);
    } else {
      objects_.release(*std::exchange(chain, nullptr));
    }
  }
  if (!changed) return;
  for (const auto& address : kAnonymousAddresses) take_out(address);
  ChainNames names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (anonymous_[i] != nullptr) names[i] = anonymous_[i]->name;
  }
  add_anonymous(names, came_);
}

void DispatchTable::take(Delta& delta) {
  const auto gone = std::exchange(gone_, {});
  const auto came = std::exchange(came_, {});
  dispatch_.insert(came.begin(), came.end());
  if (!std::exchange(exists_, true)) {
    delta.change = TableChange::kAdd;
    return print(delta.add);
  }
  if (gone == came) return;
  Ruleset before;
  Ruleset after;
  add_dispatch_sets(gone, before);
  add_dispatch_sets(came, after);
  for (const auto& [name, set] : after.sets) {
    auto change = diff(set.spec, before.sets.at(name).elements, set.elements);
    if (!change.empty()) delta.elements[name] = std::move(change);
  }
}

void DispatchTable::print(Ruleset& ruleset) const {
  if (!exists_) return;
  add_dispatch_sets(dispatch_, ruleset);
  add_forward_chains(ruleset);
}

void DispatchTable::measure(RulesetSize& size) const {
  if (!exists_) return;
  measure_dispatch_sets(dispatch_, size);
  size.chains += kForwardChains;
}

}  // namespace portcullis

#include "compiler/ruleset/steps.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace portcullis {
namespace {

// Fills batches with elements up to a limit.
class Filler {
 public:
  Filler(std::vector<Delta>& batches, std::size_t most) : batches_(batches), most_(most) {}

  void add(const SetSpec& set, bool flush, std::vector<Element> elements) {
    if (set.interval) return put(set, flush, std::move(elements));
    for (auto first = elements.begin(); first != elements.end();) {
      if (room_ == 0) start();
      const auto left = static_cast<std::size_t>(elements.end() - first);
      const auto last = std::next(first, static_cast<std::ptrdiff_t>(std::min(room_, left)));
      put(set, false, {std::move_iterator(first), std::move_iterator(last)});
      first = last;
    }
  }

 private:
  void start() {
    batches_.emplace_back();
    room_ = most_;
  }

  void put(const SetSpec& set, bool flush, std::vector<Element> elements) {
    if (elements.empty()) return;
    if (elements.size() > room_) start();
    room_ -= std::min(room_, elements.size());
    batches_.back().elements[set.name] = {set, flush, {}, std::move(elements)};
  }

  std::vector<Delta>& batches_;
  const std::size_t most_;
  std::size_t room_ = 0;
};

}  // namespace

Steps steps(Delta delta) {
  Steps steps;
  const auto replaces = [&](TableFamily family) {
    return delta.change_of(family) == TableChange::kReplace;
  };
  if (replaces(TableFamily::kInet) || replaces(TableFamily::kBridge) ||
      delta.change == TableChange::kDelete) {
    steps.exchange = std::move(delta);
    return steps;
  }
  for (const auto& chain : delta.unreachable.chains) {
    steps.prepare.rules.insert(delta.rules.extract(chain));
  }
  for (const auto& set : delta.unreachable.sets) {
    steps.prepare.elements.insert(delta.elements.extract(set));
  }
  steps.exchange.rules = std::move(delta.rules);
  for (auto& [name, chain] : delta.add.chains) {
    if (chain.spec.base) steps.exchange.rules[name] = std::exchange(chain.rules, {});
  }
  steps.exchange.elements = std::move(delta.elements);
  steps.exchange.gone.base_chains = std::exchange(delta.gone.base_chains, {});
  steps.remove.gone = std::move(delta.gone);
  steps.prepare.change = delta.change;
  auto& bridge_step = delta.bridge == TableChange::kDelete ? steps.exchange : steps.prepare;
  bridge_step.bridge = delta.bridge;
  steps.prepare.add = std::move(delta.add);
  return steps;
}

// All objects without content first, so that whatever follows finds what it refers to.
std::vector<Delta> in_batches(Delta prepare, std::size_t most_elements) {
  std::vector<Delta> batches;
  if (prepare.empty()) return batches;
  std::size_t elements = 0;
  for (const auto& [name, set] : prepare.add.sets) elements += set.elements.size();
  for (const auto& [name, change] : prepare.elements) elements += change.came.size();
  if (elements <= most_elements) {
    batches.push_back(std::move(prepare));
    return batches;
  }
  Filler filler(batches, most_elements);
  for (auto& [name, set] : prepare.add.sets) {
    filler.add(set.spec, false, std::exchange(set.elements, {}));
  }
  for (auto& [name, change] : prepare.elements) {
    filler.add(change.set, std::exchange(change.flush, false), std::exchange(change.came, {}));
  }
  std::erase_if(prepare.elements, [](const auto& entry) { return entry.second.empty(); });
  Delta last{.rules = std::exchange(prepare.rules, {})};
  for (auto& [name, chain] : prepare.add.chains) {
    if (!chain.rules.empty()) last.rules[name] = std::exchange(chain.rules, {});
  }
  if (!prepare.empty()) batches.insert(batches.begin(), std::move(prepare));
  if (!last.empty()) batches.push_back(std::move(last));
  return batches;
}

}  // namespace portcullis

#include "compiler/engine/port_bindings.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "compiler/ruleset/diff.h"

namespace portcullis {

void PortBindings::set_ports(PodPorts ports) {
  ports_ = std::move(ports);
  changed_ = true;
}

void PortBindings::recover(BoundInterfaces interfaces) {
  recovered_ = std::move(interfaces);
  changed_ = true;
}

std::vector<Address> PortBindings::settle(const Claims& claims) {
  if (!std::exchange(changed_, false)) return {};
  if (!recovered_.empty() && !ports_.empty()) {
    auto recalled = recall(ports_, std::exchange(recovered_, {}), claims);
    bindings_.ports.merge(recalled.ports);
  }
  auto before = std::exchange(bindings_, bind_ports(ports_, bindings_, claims));
  std::vector<Address> changed;
  std::ranges::set_symmetric_difference(before.contested, bindings_.contested,
                                        std::back_inserter(changed));
  return changed;
}

void PortBindings::take(Delta& delta) {
  auto rules = binding_rules(bindings_, options_);
  if (rules == told_) return;
  auto change = diff_part(told_, rules);
  told_ = std::move(rules);
  delta.bridge = change.bridge;
  delta.add.sets.merge(change.add.sets);
  delta.add.chains.merge(change.add.chains);
  delta.add.counters.merge(change.add.counters);
  delta.rules.merge(change.rules);
  delta.elements.merge(change.elements);
  delta.gone.merge(std::move(change.gone));
}

void PortBindings::print(Ruleset& ruleset) const {
  auto rules = told_;
  ruleset.sets.merge(rules.sets);
  ruleset.chains.merge(rules.chains);
  ruleset.counters.merge(rules.counters);
}

void PortBindings::measure(RulesetSize& size) const {
  size.sets += told_.sets.size();
  size.chains += told_.chains.size();
  for (const auto& [name, set] : told_.sets) size.elements += set.elements.size();
}

}  // namespace portcullis

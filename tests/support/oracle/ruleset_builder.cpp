#include "tests/support/oracle/ruleset_builder.h"

#include <algorithm>
#include <utility>

#include "compiler/cluster/pod_sets.h"
#include "compiler/cluster/rejection.h"
#include "compiler/policy/anonymous_address.h"

namespace portcullis::test {
namespace {

// Whether one of `names` stands for something else in `known`.
template <class Known, class Named>
bool has_other(const Known& known, const Named& named) {
  return std::any_of(named.begin(), named.end(), [&](const auto& entry) {
    const auto found = known.find(entry.first);
    return found != known.end() && !(found->second == entry.second);
  });
}

}  // namespace

RulesetBuilder::RulesetBuilder(const Membership& membership, const Budgets& budgets)
    : membership_(membership), most_pods_(budgets.pods) {}

bool RulesetBuilder::conflicts(const ProfileChain& profile) const {
  return has_other(ruleset_.chains, profile.chains) || has_other(ruleset_.sets, profile.fixed) ||
         has_other(of_pods_, profile.of_pods) ||
         has_other(denied_, std::map{std::pair(profile.denied.spec.name, profile.denied)});
}

Result<std::string> RulesetBuilder::add(const ProfileChain& profile) {
  const auto& name = profile.name;
  if (conflicts(profile)) return failure(ErrorCode::kConflict, name_conflict(name));
  if (ruleset_.chains.contains(name)) return name;
  auto sets = pod_sets(profile, membership_, most_pods_);
  if (!sets) return failure(ErrorCode::kInvalidInput, pods_excess(most_pods_));
  ruleset_.chains.insert(profile.chains.begin(), profile.chains.end());
  ruleset_.counters.try_emplace(profile.denied.spec.name, profile.denied.spec);
  denied_.try_emplace(profile.denied.spec.name, profile.denied);
  of_pods_.insert(profile.of_pods.begin(), profile.of_pods.end());
  ruleset_.sets.insert(profile.fixed.begin(), profile.fixed.end());
  ruleset_.sets.merge(*sets);
  return name;
}

void RulesetBuilder::dispatch(Direction direction, const Address& address,
                              const std::string& chain) {
  if (!is_anonymous(address)) dispatch_[address][index_of(direction)] = chain;
}

Ruleset RulesetBuilder::build() && {
  dispatch_anonymous();
  add_dispatch_sets(dispatch_, ruleset_);
  add_forward_chains(ruleset_);
  return std::move(ruleset_);
}

void RulesetBuilder::dispatch_anonymous() {
  ChainNames chains;
  for (const auto direction : kDirections) {
    const auto i = index_of(direction);
    const bool isolated =
        std::ranges::any_of(dispatch_, [&](const auto& entry) { return !entry.second[i].empty(); });
    if (isolated) chains[i] = *add(anonymous_chain(direction));
  }
  add_anonymous(chains, dispatch_);
}

}  // namespace portcullis::test

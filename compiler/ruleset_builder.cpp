#include "compiler/ruleset_builder.h"

#include <algorithm>
#include <utility>

#include "compiler/anonymous_address.h"

namespace portcullis {
namespace {

std::vector<Element> elements_of(const PodSet& set, const Membership& membership) {
  std::vector<Element> elements;
  for (const auto& member : membership.members(set.peers)) {
    const auto element = element_of(set, member.address, member.pod->ports);
    if (element) elements.push_back(*element);
  }
  std::sort(elements.begin(), elements.end());
  return elements;
}

}  // namespace

RulesetBuilder::RulesetBuilder(const Membership& membership) : membership_(membership) {}

std::string RulesetBuilder::add(const ProfileChain& profile) {
  const auto& name = profile.name;
  if (ruleset_.chains.contains(name)) return name;
  ruleset_.chains.insert(profile.chains.begin(), profile.chains.end());
  ruleset_.counters.try_emplace(profile.denied.name, profile.denied);
  ruleset_.sets.insert(profile.fixed.begin(), profile.fixed.end());
  for (const auto& [set_name, set] : profile.of_pods) {
    const auto [place, added] = ruleset_.sets.try_emplace(set_name);
    if (added) place->second = {set.spec, elements_of(set, membership_)};
  }
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
    if (isolated) chains[i] = add(anonymous_chain(direction));
  }
  add_anonymous(chains, dispatch_);
}

}  // namespace portcullis

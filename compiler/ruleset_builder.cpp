#include "compiler/ruleset_builder.h"

#include <algorithm>
#include <utility>

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
  dispatch_[address][index_of(direction)] = chain;
}

Ruleset RulesetBuilder::build() && {
  add_dispatch_sets(dispatch_, ruleset_);
  ruleset_.chains["forward"] = forward_chain();
  return std::move(ruleset_);
}

}  // namespace portcullis

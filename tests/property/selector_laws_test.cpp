#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "compiler/policy/peer_selector.h"
#include "tests/property/generators.h"

namespace portcullis::test {
namespace {

RC_GTEST_PROP(SelectorLaws, SubsumedSelectorMatchesNoMore, ()) {
  const auto wide = *selector();
  const auto narrow = *selector();
  const auto some = *labels();
  RC_PRE(wide.subsumes(narrow));
  if (narrow.matches(some)) RC_ASSERT(wide.matches(some));
}

RC_GTEST_PROP(SelectorLaws, EverySelectorSubsumesItself, ()) {
  const auto any = *selector();
  RC_ASSERT(any.subsumes(any));
  RC_ASSERT(LabelSelector().subsumes(any));
}

RC_GTEST_PROP(SelectorLaws, UnionMatchesWhatItsMembersMatch, ()) {
  std::vector<PeerSelector> members;
  for (const auto& peer : *rc::gen::container<std::vector<PodPeer>>(pod_peer())) {
    members.push_back(peer_selector(peer, "a"));
  }
  const auto united = unite(members);
  const Namespace ns{"a", "", *labels(), false};
  const auto pod_labels = *labels();
  const auto matched_by = [&](const std::vector<PeerSelector>& selectors) {
    return std::any_of(selectors.begin(), selectors.end(), [&](const auto& each) {
      return each.matches_namespace("a", &ns) && each.pods.matches(pod_labels);
    });
  };
  RC_ASSERT(matched_by(united) == matched_by(members));
  std::reverse(members.begin(), members.end());
  RC_ASSERT(unite(members) == united);
}

}  // namespace
}  // namespace portcullis::test

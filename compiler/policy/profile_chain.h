#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/base/content_hash.h"
#include "compiler/base/result.h"
#include "compiler/model/budget.h"
#include "compiler/policy/denied_counter.h"
#include "compiler/policy/pod_set.h"
#include "compiler/policy/profile.h"
#include "compiler/ruleset/ruleset.h"

namespace portcullis {

// The chain that decides one direction of a pod's addresses of one family, the chains that it
// continues with by the packet's port, and the sets that they look up. Names are hashes of the
// content, so equal content is the same object: apart from the elements of pod sets, which are
// determined later, the name of a chain or set identifies its content.
//
//     in-1f  all ports: peers return; port : goto in-2e, in-3d, ...; drop
//     in-2e  peers of those ports return; drop
//
// A chain looks up at most one set of pods and one of networks for each of the two, and one set for
// all port names in egress rules, so the cost of a new connection does not depend on the number of
// rules, peers and ports in the policies.
struct ProfileChain {
  std::string name;                     // of the first chain
  DeniedCounter denied;                 // counts the drops of all chains
  std::map<std::string, Chain> chains;  // by name, that one too; some ports may share one
  std::map<std::string, Set> fixed;     // ranges of addresses and ports, and chains by ports
  std::map<std::string, PodSet> of_pods;
};

// Port ranges that overlap too often for chains by part are looked up one after another if there
// are no more than this; otherwise they exceed the budget.
inline constexpr std::size_t kMostClausesInTurn = 8;
inline constexpr std::size_t kMostRangesInTurn = 128;

// An upper bound on the sets of pods and networks that it needs, much cheaper than the chain. Fails
// with kInvalidInput if the profile exceeds the budget in anything else.
[[nodiscard]] Result<std::size_t> count_sets(const Profile& profile, Family family,
                                             const Budget& budget);

// Fails with kInvalidInput if the profile exceeds the budget, and with kConflict if two sets of
// different content would have the same name.
[[nodiscard]] Result<ProfileChain> profile_chain(const Profile& profile, Family family,
                                                 const Budget& budget = Budgets().profile,
                                                 ContentHash hash = content_hash);

// The chain that denies everything of any family: for addresses whose pod is malformed, unknown or
// gone, and for profiles that cannot be compiled. Its names are not hashes, so nothing else can
// have them.
ProfileChain quarantine_chain(Direction direction);

}  // namespace portcullis

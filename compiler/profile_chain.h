#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/budget.h"
#include "compiler/content_hash.h"
#include "compiler/profile.h"
#include "compiler/result.h"
#include "compiler/ruleset.h"

namespace portcullis {

// A set whose elements are addresses of pods: of those among `peers`, or, with a named port, their
// addresses and the port that each gives this name.
struct PodSet {
  SetSpec spec;
  Family family = Family::kIpv4;
  Peers peers;
  std::optional<std::pair<std::string, Protocol>> port;

  bool operator==(const PodSet&) const = default;
};

// Counts what the chains of some policies drop.
struct DeniedCounter {
  CounterSpec spec;
  std::string policies;  // what its name is a hash of: the comment before it was cut

  bool operator==(const DeniedCounter&) const = default;
};

// The chain that decides one direction of a pod's addresses of one family, those that it goes on to
// by the packet's port, and the sets that they look up. Names are hashes of the content, so equal
// content is the same object: but for the elements of pod sets, which are to be found yet, a chain
// and a set say all of themselves by their names.
//
//     in-1f    all ports: peers return; port : goto in-1f-1, in-1f-2, ...; drop
//     in-1f-1  peers of those ports return; drop
//
// A chain looks up at most a set of pods and one of networks for each of the two, and a set for
// each of the port names that egress rules have (kMostPortNames), so what a new connection costs
// does not depend on how many rules, peers and ports the policies have.
struct ProfileChain {
  std::string name;                     // of the chain where it begins
  DeniedCounter denied;                 // what all of them drop
  std::map<std::string, Chain> chains;  // by name, that one too
  std::map<std::string, Set> fixed;     // ranges of addresses and ports, and chains by ports
  std::map<std::string, PodSet> of_pods;
};

inline constexpr std::size_t kMostPortNames = 16;

// Ranges of ports that overlap too often for chains of their parts are looked up in turn, if these
// are no more than this; else they exceed the budget.
inline constexpr std::size_t kMostClausesInTurn = 8;
inline constexpr std::size_t kMostRangesInTurn = 128;

// Whether it is within the budget, but for the number of sets: much cheaper than the chain.
[[nodiscard]] Result<void> check_budget(const Profile& profile, Family family,
                                        const Budget& budget);

// Fails with kInvalidInput if the profile exceeds the budget, and with kConflict if two sets of
// different content would have one name.
[[nodiscard]] Result<ProfileChain> profile_chain(const Profile& profile, Family family,
                                                 const Budget& budget = Budgets().profile,
                                                 ContentHash hash = content_hash);

// The chain that denies everything of any family: for addresses whose pod cannot be understood, is
// not known or is gone, and for profiles that cannot be compiled. Its names are no hashes, so
// nothing else can have them.
ProfileChain quarantine_chain(Direction direction);

// The element of a pod that gives `ports` their names and has this address among `set.peers`; none
// if the set holds addresses of another family, or a port's name that the pod does not have.
std::optional<Element> element_of(const PodSet& set, const Address& address,
                                  const std::vector<NamedPort>& ports);

}  // namespace portcullis

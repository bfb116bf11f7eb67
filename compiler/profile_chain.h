#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/profile.h"
#include "compiler/ruleset.h"

namespace portcullis {

// A set whose elements are addresses of pods: of those among `peers`, or, with a named port, their
// addresses and the port that each gives this name.
struct PodSet {
  SetSpec spec;
  Family family = Family::kIpv4;
  Peers peers;
  std::optional<std::pair<std::string, Protocol>> port;
};

// The chain that decides one direction of a pod's addresses of one family, those that it goes on to
// by the packet's port, and the sets that they look up. Names are hashes of the content, so equal
// content is the same object: but for the elements of pod sets, which are to be found yet, a chain
// and a set say all of themselves by their names.
//
//     in-1f    all ports: peers return; port : goto in-1f-1, in-1f-2, ...; drop
//     in-1f-1  peers of those ports return; drop
//
// So what a new connection costs does not depend on how many port numbers the policies name. Names
// of ports in egress rules are looked up one after the other, and so are ranges that lie in one
// another so often that chains for their parts would be squares of them.
struct ProfileChain {
  std::string name;                     // of the chain where it begins
  CounterSpec denied;                   // what all of them drop
  std::map<std::string, Chain> chains;  // by name, that one too
  std::map<std::string, Set> fixed;     // ranges of addresses and ports, and chains by ports
  std::map<std::string, PodSet> of_pods;
};

ProfileChain profile_chain(const Profile& profile, Family family);

// The chain that denies everything of any family, for addresses whose pod cannot be understood, is
// not known, or is gone.
ProfileChain quarantine_chain(Direction direction);

// The element of a pod that gives `ports` their names and has this address among `set.peers`; none
// if the set holds addresses of another family, or a port's name that the pod does not have.
std::optional<Element> element_of(const PodSet& set, const Address& address,
                                  const std::vector<NamedPort>& ports);

}  // namespace portcullis

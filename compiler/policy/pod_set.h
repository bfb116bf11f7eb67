#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/policy/profile.h"
#include "compiler/ruleset/ruleset.h"

namespace portcullis {

// The addresses of the pods among `peers`, or, with a port's name, each with the port to which its
// pod gives this name.
struct PodSetPart {
  Peers peers;
  std::optional<std::pair<std::string, Protocol>> port;

  bool operator==(const PodSetPart&) const = default;
};

inline constexpr std::size_t kMostPortNames = 32;  // of egress rules, in one profile

// A set whose elements are pods' addresses of one family: the union of its parts.
struct PodSet {
  SetSpec spec;
  Family family = Family::kIpv4;
  std::vector<PodSetPart> parts;  // one without a port's name, or up to kMostPortNames with one

  bool operator==(const PodSet&) const = default;
};

// The element for an address, of a pod with these ports, that is in the part. None if the pod has
// no port of that name.
std::optional<ElementKey> key_of(const PodSetPart& part, const Address& address,
                                 const std::vector<NamedPort>& ports);

}  // namespace portcullis

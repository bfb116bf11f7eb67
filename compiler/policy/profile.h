#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/base/interval.h"
#include "compiler/model/objects.h"
#include "compiler/policy/peer_selector.h"
#include "compiler/policy/port_set.h"

namespace portcullis {

using AddressRanges = std::vector<Interval<AddressValue>>;

// The far ends that a clause allows: everyone, or pods by selector and addresses by range.
struct Peers {
  bool everyone = false;
  std::vector<PeerSelector> pods;  // as unite() leaves them; empty for everyone
  AddressRanges v4;                // canonical; empty for everyone
  AddressRanges v6;

  const AddressRanges& ranges(Family family) const { return family == Family::kIpv4 ? v4 : v6; }
  bool covers(const Address& address) const;  // by its ranges

  std::strong_ordering operator<=>(const Peers&) const = default;
};

// The union of the far ends. What others cover is dropped only if that is cheap, since this is done
// for every class of ports.
Peers unite(std::span<const Peers* const> peers);

// Traffic to `ports` (none: all traffic, with ports or without) is allowed with `peers`.
struct Clause {
  std::optional<PortSet> ports;
  Peers peers;

  std::strong_ordering operator<=>(const Clause&) const = default;
};

// Egress to the port that each peer pod gives this name.
struct NamedClause {
  std::string port;
  Protocol protocol = Protocol::kTcp;
  Peers peers;

  std::strong_ordering operator<=>(const NamedClause&) const = default;
};

// Everything that one pod is allowed in one direction: the union of the rules of all policies that
// select it, one clause for each distinct set of ports.
struct Profile {
  Direction direction = Direction::kIngress;
  std::vector<Clause> clauses;        // sorted by ports
  std::vector<NamedClause> named;     // sorted; egress only
  std::vector<std::string> policies;  // names of the policies, for people

  bool allows_everything() const;
};

// The first of a pod's ports with this name; null if none has it.
const NamedPort* find_port(const std::vector<NamedPort>& ports, const std::string& name,
                           Protocol protocol);

// The ports of a pod that its profile depends on: those that rules of `policies` name.
std::vector<NamedPort> ports_that_matter(Direction direction,
                                         std::span<const NetworkPolicy* const> policies,
                                         const std::vector<NamedPort>& ports);

// The profile of a pod with these ports under `policies`, each of which selects it and isolates
// `direction`. The ports matter for ingress only.
Profile make_profile(Direction direction, std::span<const NetworkPolicy* const> policies,
                     const std::vector<NamedPort>& ports);

}  // namespace portcullis

#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/policy/profile.h"
#include "compiler/ruleset/ruleset.h"
#include "compiler/ruleset/ruleset_size.h"

// The chain that every forwarded packet passes, and the sets by which it dispatches the traffic of
// local pods to their profile chains. It accepts before checking any policy:
//
// - packets of established connections;
// - of what conntrack calls related, ICMP errors that quote a connection (destination unreachable,
//   packet too big, time exceeded, parameter problem), from an end of that connection or from an
//   address of no local pod. Redirects, other errors and connections that a helper expects are
//   judged like new packets;
// - neighbour solicitations and advertisements of a bridge, no longer than with one option;
// - a pod to itself, after DNAT: before it, such a packet has a spoofed source.
namespace portcullis {

std::string in_family(const char* kind, Family family);  // "peer-v4"
FieldType address_type(Family family);
Field source_field(Family family);
Field destination_field(Family family);

// The chains that decide the two directions of an address; "" for an open direction.
using ChainNames = std::array<std::string, 2>;

// For every address of local pods, isolated or not; and for anonymous ones while any pod is
// isolated (see anonymous_address.h).
using Dispatch = std::map<Address, ChainNames>;

// Adds the anonymous addresses, which use these chains; "" if no local pod is isolated.
void add_anonymous(const ChainNames& chains, Dispatch& dispatch);

// The chain never changes. What changes are elements of these sets and of those that profile chains
// look up, all in one generation. But the kernel shows a packet each element as it is at the
// lookup, so one packet may see elements from before and after the change.
void add_dispatch_sets(const Dispatch& dispatch, Ruleset& ruleset);
void measure_dispatch_sets(const Dispatch& dispatch, RulesetSize& size);  // adds theirs

inline constexpr std::size_t kForwardChains = 3;  // itself, and those for related packets
void add_forward_chains(Ruleset& ruleset);

// The addresses of local pods that a ruleset was made for, as added by add_dispatch_sets().
std::set<Address> dispatched_addresses(const Ruleset& ruleset);

}  // namespace portcullis

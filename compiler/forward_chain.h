#pragma once

#include <array>
#include <string>
#include <vector>

#include "compiler/profile.h"
#include "compiler/ruleset.h"

// The chain that every forwarded packet passes, and the sets by which it sends the traffic of local
// pods through their profile chains.
namespace portcullis {

inline constexpr std::array kFamilies = {Family::kIpv4, Family::kIpv6};

std::string in_family(const char* kind, Family family);  // "peer-v4"
FieldType address_type(Family family);
Field source_field(Family family);
Field destination_field(Family family);

// The sets' names without their generation: "ingress-v4", "self-v4".
std::string dispatch_map(Direction direction, Family family);
std::string self_set(Family family);

// A generation names the dispatch sets after the policies that are in force, "ingress-v4-1f". While
// policies stay, pods that come and go are elements of these sets. When policies change, sets of
// another name are filled, and then the chain's rules are exchanged: the kernel shows a packet the
// rules of one moment from its first to its last, but each element as it is when it is looked up.
std::vector<SetSpec> dispatch_sets(const std::string& generation);
Chain forward_chain(const std::string& generation);

}  // namespace portcullis

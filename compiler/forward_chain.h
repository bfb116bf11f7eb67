#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/profile.h"
#include "compiler/ruleset.h"
#include "compiler/ruleset_size.h"

// The chain that every forwarded packet passes, and the sets by which it sends the traffic of local
// pods through their profile chains.
namespace portcullis {

inline constexpr std::array kFamilies = {Family::kIpv4, Family::kIpv6};
constexpr std::size_t index_of(Family family) { return static_cast<std::size_t>(family); }

std::string in_family(const char* kind, Family family);  // "peer-v4"
FieldType address_type(Family family);
Field source_field(Family family);
Field destination_field(Family family);

// The chains that decide the two directions of an address, "" for one that is open.
using ChainNames = std::array<std::string, 2>;
constexpr std::size_t index_of(Direction direction) { return static_cast<std::size_t>(direction); }

// Of every address of local pods, isolated or not.
using Dispatch = std::map<Address, ChainNames>;

// The chain never changes; what does are elements of these sets and of those that profile chains
// look up, all at one moment. But the kernel shows a packet each element as it is when it is looked
// up, so that one may meet some before this moment and some after it.
void add_dispatch_sets(const Dispatch& dispatch, Ruleset& ruleset);
void measure_dispatch_sets(const Dispatch& dispatch, RulesetSize& size);  // adds theirs
Chain forward_chain();

// The addresses of local pods that a ruleset was made for: what add_dispatch_sets() put there.
std::set<Address> dispatched_addresses(const Ruleset& ruleset);

}  // namespace portcullis

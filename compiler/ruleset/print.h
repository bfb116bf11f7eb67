#pragma once

#include <string>
#include <vector>

#include "compiler/ruleset/ruleset.h"

namespace portcullis {

// The tables in nft(8)'s syntax, each exactly as `nft --stateless list table inet portcullis`
// prints it after loading it; the one of family inet also if the ruleset is empty. Loads with `nft
// -f`. Foreign rules in our chains, which only a dump can contain, are comments here and omitted
// from the JSON.
std::string print_nft(const Ruleset& ruleset);

// The same as JSON of libnftables-json(5): a document that `nft -j -f` loads.
std::string print_json(const Ruleset& ruleset);

// What print_nft() prints for a counter, a set or a chain before its elements or rules, line by
// line: "type ipv4_addr", "flags interval".
std::vector<std::string> lines(const CounterSpec& counter);
std::vector<std::string> lines(const SetSpec& set);
std::vector<std::string> lines(const ChainSpec& chain);

std::string hook_text(std::uint32_t hook);  // "forward"

// One line each, as they stand in print_nft()'s output, without indentation.
std::string to_string(const Rule& rule);
std::string to_string(const Element& element, const SetSpec& set);

}  // namespace portcullis

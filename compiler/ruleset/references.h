#pragma once

#include <set>
#include <string>

#include "compiler/ruleset/ruleset.h"

namespace portcullis {

// The name of the set, chain or counter that it refers to, which lives as long as it; null: none.
const std::string* reference(const Statement& statement);

// The names of the sets, chains and counters that its rules or elements refer to.
std::set<std::string> references(const Chain& chain);
std::set<std::string> references(const Set& set);

// The names of the chains and sets that packets can meet: base chains, and what they lead to.
std::set<std::string> reachable(const Ruleset& ruleset);

}  // namespace portcullis

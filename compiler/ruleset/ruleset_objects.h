#pragma once

#include "compiler/ruleset/ruleset.h"

// Rulesets as collections of objects (sets, chains, counters) identified by name.
namespace portcullis {

// The objects of `from` whose names are not in `to`.
Ruleset missing_objects(const Ruleset& from, const Ruleset& to);

// Moves them into `to`; an object whose name already exists is dropped.
void merge_objects(Ruleset from, Ruleset& to);

// Removes the objects in `names` from `from`, and returns them.
Ruleset take_objects(const Ruleset& names, Ruleset& from);

// Removes the base chains and returns them: they act as long as they exist.
Ruleset take_base_chains(Ruleset& from);

}  // namespace portcullis

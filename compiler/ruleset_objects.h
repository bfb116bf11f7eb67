#pragma once

#include "compiler/ruleset.h"

// Rulesets as collections of objects (sets, chains, counters), which their names tell apart.
namespace portcullis {

// The objects of `from` whose names `to` has not.
Ruleset missing_objects(const Ruleset& from, const Ruleset& to);

// Moves them into `to`; an object whose name is there already is dropped.
void merge_objects(Ruleset from, Ruleset& to);

// Takes from `from` the objects that have names of `names`.
Ruleset take_objects(const Ruleset& names, Ruleset& from);

// Takes the chains that hang on a hook: they act for as long as they are there.
Ruleset take_base_chains(Ruleset& from);

}  // namespace portcullis

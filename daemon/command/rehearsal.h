#pragma once

#include "compiler/ruleset/ruleset.h"

namespace portcullis {

// A ruleset that uses every kernel feature a ruleset of ours can need: the forward chain, a set or
// map of each kind, looked up by rules, and both tables with the bindings of pods' interfaces. For
// nl::Kernel::rehearse().
Ruleset rehearsed_ruleset();

}  // namespace portcullis

#pragma once

#include "compiler/ruleset/ruleset.h"

namespace portcullis {

// A ruleset that uses every kernel feature a ruleset of ours can need: the forward chain, and a set
// or map of each kind, looked up by rules. For nl::Kernel::rehearse().
Ruleset rehearsed_ruleset();

}  // namespace portcullis

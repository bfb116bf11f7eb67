#pragma once

#include "compiler/ruleset/ruleset.h"

namespace portcullis {

// What of a ruleset differs: objects that went or came as a whole, and of sets that stayed the
// elements that did.
struct RulesetChange {
  Ruleset before;
  Ruleset after;
};

}  // namespace portcullis

#pragma once

#include <string>

#include "compiler/evaluate.h"

namespace portcullis::test {

// The commands that show what the product makes of a counterexample's manifests.
std::string commands_for(const Connection& connection);

}  // namespace portcullis::test

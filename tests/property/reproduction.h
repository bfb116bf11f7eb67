#pragma once

#include <string>

#include "compiler/verdict/evaluate.h"

namespace portcullis::test {

// The commands that reproduce a counterexample's manifests with the product.
std::string commands_for(const Connection& connection);

}  // namespace portcullis::test

#pragma once

#include <cstdint>
#include <span>

#include "compiler/result.h"
#include "compiler/ruleset.h"

namespace portcullis::nl {

// The ruleset of which encode(diff({}, ruleset), 0) made these bytes. kInvalidInput: of no ruleset
// that it can tell it makes exactly them, to the last bit: they are another table's, or another
// version's. `bytes` is aligned as a vector is. libnftnl believes what a message says of itself, so
// they must be known to be unharmed.
[[nodiscard]] Result<Ruleset> decode_batch(std::span<const std::uint8_t> bytes);

}  // namespace portcullis::nl

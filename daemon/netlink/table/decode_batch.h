#pragma once

#include <cstdint>
#include <span>

#include "compiler/base/result.h"
#include "compiler/ruleset/ruleset.h"

namespace portcullis::nl {

// The ruleset for which encode(diff({}, ruleset), 0) gives exactly these bytes. kInvalidInput:
// there is none, since they are from another table or another version. `bytes` is aligned as a
// vector is. libnftnl trusts the lengths in a message, so the bytes must be known to be intact.
[[nodiscard]] Result<Ruleset> decode_batch(std::span<const std::uint8_t> bytes);

}  // namespace portcullis::nl

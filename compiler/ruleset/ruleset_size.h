#pragma once

#include <cstddef>

namespace portcullis {

// How much a ruleset holds.
struct RulesetSize {
  std::size_t chains = 0;
  std::size_t sets = 0;  // and maps
  std::size_t elements = 0;

  bool operator==(const RulesetSize&) const = default;
};

}  // namespace portcullis

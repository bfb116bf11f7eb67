#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/rig/probe.h"

namespace portcullis::test {

enum class Colours : std::uint8_t { kNone, kAnsi };

// A reachability matrix: a row for each source, a column for each destination and its traffic, in
// order of appearance. A cell is the result: "allow", "deny", "REFUSED" or "ERROR" ("v4/v6" if the
// families differ, "." if nothing was tried), or if that was not expected "seen, not expected":
// "deny, not allow".
std::string print_matrix(const std::vector<ProbeResult>& results, Colours colours = Colours::kNone);

// For failure messages: the number of unexpected results, each on a line with its reason, and the
// matrix of their rows and columns. Empty if there are none.
std::string describe_surprises(const std::vector<ProbeResult>& results);

}  // namespace portcullis::test

#pragma once

#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "tests/support/rig/probe.h"

namespace portcullis::test {

// Probes as a table, each line from every source to every destination on every traffic:
//
//     x/b, internet -> x/a  80/TCP ICMP GRE: allowed
//     y/a -> x/a, x/b  53/UDP over IPv6: denied
//
// over both families unless the line names one. Outcomes are printed as: allowed, denied, refused.
// An invalid line is an error that quotes it; so is an empty table, which would always hold.
[[nodiscard]] Result<std::vector<Probe>> parse_probes(const std::string& table);

}  // namespace portcullis::test

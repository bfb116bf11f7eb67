#include "tests/support/rig/probe_table.h"

#include <gtest/gtest.h>

namespace portcullis::test {
namespace {

std::vector<std::string> printed(const std::string& table) {
  const auto probes = parse_probes(table);
  if (!probes) return {probes.error().message};
  std::vector<std::string> lines;
  for (const auto& probe : *probes)
    lines.push_back(to_string(probe) + ": " + to_string(probe.expected));
  return lines;
}

using Lines = std::vector<std::string>;

TEST(ProbeTable, MultipliesWhatALineNames) {
  EXPECT_EQ(
      printed("\n  x/b, internet -> x/a  80/TCP ICMP over IPv6: allowed\n\n"
              "x/a -> node-1, x/b 53/UDP over IPv4: denied\n"),
      (Lines{"x/b -> x/a 80/TCP over IPv6: allowed", "x/b -> x/a ICMP over IPv6: allowed",
             "internet -> x/a 80/TCP over IPv6: allowed", "internet -> x/a ICMP over IPv6: allowed",
             "x/a -> node-1 53/UDP over IPv4: denied", "x/a -> x/b 53/UDP over IPv4: denied"}));
}

TEST(ProbeTable, KnowsTrafficWithoutPorts) {
  EXPECT_EQ(printed("a -> b ICMP GRE over IPv4: denied"),
            (Lines{"a -> b ICMP over IPv4: denied", "a -> b GRE over IPv4: denied"}));
}

TEST(ProbeTable, TakesBothFamiliesWhereNoneIsNamed) {
  EXPECT_EQ(printed("a -> b 9/SCTP: refused"),
            (Lines{"a -> b 9/SCTP over IPv4: refused", "a -> b 9/SCTP over IPv6: refused"}));
}

TEST(ProbeTable, QuotesALineThatItCannotRead) {
  for (const std::string line :
       {"a -> b 80/TCP", "a -> b 80/TCP: open", "a -> b 80/TCP: error", "a -> b 80: allowed",
        "a -> b: allowed", "a b 80/TCP: allowed", "-> b 80/TCP: allowed", "a, -> b 80/TCP: allowed",
        "a -> b, 80/TCP: allowed", "a -> b 70000/TCP: allowed", "a -> b 80/TCP over IPv5: denied"})
    EXPECT_EQ(printed(line), Lines{"no line of a probe table: " + line});
}

TEST(ProbeTable, IsNotEmpty) {
  for (const auto* nothing : {"", "\n", "  \n \n"})
    EXPECT_EQ(printed(nothing), Lines{"a probe table without lines"});
}

}  // namespace
}  // namespace portcullis::test

// SEMANTICS, line 11: ports by number, range and protocol.
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"

namespace portcullis::test {
namespace {

using Ports = PacketTest;

INSTANTIATE_TEST_SUITE_P(Variants, Ports, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

// web is 80/TCP in both pods. p/a may be reached, and reaches others, only on the ports of the
// policy under test.
Topology many_ports() {
  std::vector<Traffic> listens = {tcp(1), udp(1), tcp(65535), udp(65535)};
  for (std::uint16_t port = 79; port <= 83; ++port) {
    for (const auto& traffic : {tcp(port), udp(port), sctp(port)}) listens.push_back(traffic);
  }
  const NamedPort web{"web", Protocol::kTcp, 80};
  return {
      .pods =
          {{.ns = "p", .name = "a", .labels = {{"pod", "a"}}, .ports = {web}, .listens = listens},
           {.ns = "q", .name = "a", .ports = {web}, .listens = listens}},
      .hosts = {{.name = "internet", .listens = listens}}};
}

std::string only_on(const std::string& ports) {
  return policy("p/only-on", R"(
  podSelector: {matchLabels: {pod: a}}
  policyTypes: [Ingress, Egress]
  ingress: [{ports: )" + ports +
                                 "}]\n  egress: [{ports: " + ports + "}]\n");
}

// The same for ingress and egress of p/a.
std::string both_ways(const std::string& allowed, const std::string& denied) {
  std::string table;
  for (const std::string pair : {"q/a, internet -> p/a  ", "p/a -> q/a, internet  "})
    table += pair + allowed + ": allowed\n" + pair + denied + ": denied\n";
  return table;
}

TEST_P(Ports, Line11_NumberIsOfOneProtocolAndThatOfTcpByDefault) {
  BUILD_OR_SKIP(in(GetParam(), many_ports()));
  for (const auto* ports : {"[{port: 80}]", "[{port: 80, protocol: TCP}]"}) {
    SCOPED_TRACE(ports);
    enforce({only_on(ports)});
    EXPECT_TRUE(traffic_is(both_ways("80/TCP", "79/TCP 81/TCP 80/UDP 80/SCTP ICMP")));
  }
  enforce({only_on("[{port: 80, protocol: UDP}]")});
  EXPECT_TRUE(traffic_is(both_ways("80/UDP", "79/UDP 81/UDP 80/TCP 80/SCTP ICMP")));
  enforce({only_on("[{port: 80, protocol: SCTP}]")});
  EXPECT_TRUE(traffic_is(both_ways("80/SCTP", "79/SCTP 81/SCTP 80/TCP 80/UDP ICMP")));
  enforce({only_on("[{port: 80}, {port: 81, protocol: UDP}, {port: 82, protocol: SCTP}]")});
  EXPECT_TRUE(traffic_is(
      both_ways("80/TCP 81/UDP 82/SCTP", "81/TCP 82/TCP 80/UDP 82/UDP 80/SCTP 81/SCTP ICMP")));
}

TEST_P(Ports, Line11_RangeIncludesBothEnds) {
  BUILD_OR_SKIP(in(GetParam(), many_ports()));
  enforce({only_on("[{port: 80, endPort: 82}]")});
  EXPECT_TRUE(traffic_is(
      both_ways("80/TCP 81/TCP 82/TCP", "1/TCP 79/TCP 83/TCP 65535/TCP 81/UDP 81/SCTP ICMP")));
  enforce({only_on("[{port: 80, endPort: 82, protocol: UDP}]")});
  EXPECT_TRUE(
      traffic_is(both_ways("80/UDP 81/UDP 82/UDP", "1/UDP 79/UDP 83/UDP 65535/UDP 81/TCP ICMP")));
  enforce({only_on("[{port: 80, endPort: 82, protocol: SCTP}]")});
  EXPECT_TRUE(
      traffic_is(both_ways("80/SCTP 81/SCTP 82/SCTP", "79/SCTP 83/SCTP 81/TCP 81/UDP ICMP")));
  enforce({only_on("[{port: 80, endPort: 80}]")});
  EXPECT_TRUE(traffic_is(both_ways("80/TCP", "79/TCP 81/TCP 80/UDP ICMP")));
  enforce({only_on("[{port: 1, endPort: 65535}]")});
  EXPECT_TRUE(traffic_is(both_ways("1/TCP 80/TCP 65535/TCP", "1/UDP 80/UDP 65535/UDP ICMP")));
  enforce({only_on("[{port: 82, endPort: 65535}]")});
  EXPECT_TRUE(traffic_is(both_ways("82/TCP 83/TCP 65535/TCP", "1/TCP 81/TCP 82/UDP ICMP")));
}

TEST_P(Ports, Line11_RangesMayOverlapTouchAndRepeat) {
  BUILD_OR_SKIP(in(GetParam(), many_ports()));
  enforce(
      {only_on("[{port: 79, endPort: 81}, {port: 80, endPort: 82}, {port: 83}, {port: 80},"
               " {port: 80}, {port: 80, endPort: 81, protocol: UDP},"
               " {port: 82, endPort: 82, protocol: UDP}]")});
  EXPECT_TRUE(traffic_is(both_ways("79/TCP 80/TCP 81/TCP 82/TCP 83/TCP 80/UDP 81/UDP 82/UDP",
                                   "1/TCP 65535/TCP 79/UDP 83/UDP 80/SCTP ICMP")));
}

// The whole policy allows nothing, but still isolates.
TEST_P(Ports, Line11_NameWithARangeIsInvalid) {
  BUILD_OR_SKIP(in(GetParam(), many_ports()));
  const std::string problem = ".ports[1].endPort: needs a port that is a number";
  const std::string where = "manifest 0:";
  const std::string object = ": document 1: NetworkPolicy p/only-on: spec.";
  enforce({only_on("[{port: 81}, {port: web, endPort: 82}]")},
          {where + "7" + object + "ingress[0]" + problem,
           where + "8" + object + "egress[0]" + problem});
  EXPECT_TRUE(traffic_is(R"(
  q/a, internet -> p/a  80/TCP 81/TCP 82/TCP 80/UDP ICMP: denied
  p/a -> q/a, internet  80/TCP 81/TCP 82/TCP 80/UDP ICMP: denied
  q/a -> internet  80/TCP: allowed
)"));
}

TEST_P(Ports, Line11_ProtocolAloneIsAllItsPorts) {
  BUILD_OR_SKIP(in(GetParam(), many_ports()));
  for (const auto* ports : {"[{protocol: TCP}]", "[{}]"}) {
    SCOPED_TRACE(ports);
    enforce({only_on(ports)});
    EXPECT_TRUE(
        traffic_is(both_ways("1/TCP 80/TCP 65535/TCP", "1/UDP 80/UDP 65535/UDP 80/SCTP ICMP")));
  }
  enforce({only_on("[{protocol: UDP}]")});
  EXPECT_TRUE(
      traffic_is(both_ways("1/UDP 80/UDP 65535/UDP", "1/TCP 80/TCP 65535/TCP 80/SCTP ICMP")));
  enforce({only_on("[{protocol: SCTP}]")});
  EXPECT_TRUE(traffic_is(both_ways("79/SCTP 80/SCTP 83/SCTP", "80/TCP 80/UDP ICMP")));
}

TEST_P(Ports, Line11_RuleWithPortsNeverMatchesIcmp) {
  BUILD_OR_SKIP(in(GetParam(), many_ports()));
  enforce({only_on("[{protocol: TCP}, {protocol: UDP}, {protocol: SCTP}]")});
  EXPECT_TRUE(
      traffic_is(both_ways("1/TCP 80/TCP 65535/TCP 1/UDP 80/UDP 65535/UDP 80/SCTP", "ICMP")));
}

}  // namespace
}  // namespace portcullis::test

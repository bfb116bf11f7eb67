// SEMANTICS, lines 4, 11 and 27: protocols other than TCP, UDP, SCTP and ICMP, represented by GRE.
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"

namespace portcullis::test::protocols_test {
namespace {

using Protocols = PacketTest;

INSTANTIATE_TEST_SUITE_P(Variants, Protocols, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

const std::vector<Traffic> kListens = {tcp(80), udp(80), sctp(80), gre()};

// p/c and others that do not listen reject GRE.
Topology gre_everywhere() {
  return {.pods = {{.ns = "p", .name = "a", .labels = {{"pod", "a"}}, .listens = kListens},
                   {.ns = "p", .name = "b", .labels = {{"pod", "b"}}, .listens = kListens},
                   {.ns = "p", .name = "c", .labels = {{"pod", "c"}}},
                   {.ns = "q", .name = "a", .labels = {{"pod", "a"}}, .listens = kListens}},
          .hosts = {{.name = "internet", .listens = kListens}}};
}

// Both directions of p/a are isolated, and have these rules.
std::string of_a(const std::string& rules) {
  return policy("p/of-a",
                "\n  podSelector: {matchLabels: {pod: a}}\n"
                "  policyTypes: [Ingress, Egress]\n  " +
                    rules + "\n");
}

TEST_P(Protocols, Line04_AnEmptyRuleAllowsEveryProtocol) {
  BUILD_OR_SKIP(in(GetParam(), gre_everywhere()));
  enforce({of_a("ingress: [{}]")});
  EXPECT_TRUE(traffic_is("p/b, q/a, internet -> p/a  GRE: allowed\n"));
  EXPECT_TRUE(traffic_is("p/a -> p/b, q/a, internet  GRE: denied\n"));
  enforce({of_a("egress: [{}]")});
  EXPECT_TRUE(traffic_is("p/b, q/a, internet -> p/a  GRE: denied\n"));
  EXPECT_TRUE(traffic_is("p/a -> p/b, q/a, internet  GRE: allowed\n"));
}

TEST_P(Protocols, Line04_PeersWithoutPortsAreAllowedEveryProtocol) {
  BUILD_OR_SKIP(in(GetParam(), gre_everywhere()));
  for (const std::string ports : {"", ", ports: []"}) {
    SCOPED_TRACE(ports);
    enforce({of_a("ingress: [{from: [{podSelector: {matchLabels: {pod: b}}}]" + ports + "}]")});
    EXPECT_TRUE(traffic_is(R"(
  p/b -> p/a  GRE: allowed
  q/a, internet -> p/a  GRE: denied
)"));
    enforce({of_a("egress: [{to: [{podSelector: {matchLabels: {pod: b}}}]" + ports + "}]")});
    EXPECT_TRUE(traffic_is(R"(
  p/a -> p/b  GRE: allowed
  p/a -> q/a, internet  GRE: denied
)"));
  }
}

TEST_P(Protocols, Line11_RulesWithPortsMatchNoOtherProtocol) {
  BUILD_OR_SKIP(in(GetParam(), gre_everywhere()));
  const std::string ports = "ports: [{protocol: TCP}, {protocol: UDP}, {protocol: SCTP}]";
  for (const std::string peers : {"", "{podSelector: {}}", "{ipBlock: {cidr: 0.0.0.0/0}}"}) {
    SCOPED_TRACE(peers);
    enforce({of_a("ingress: [{from: [" + peers + "], " + ports + "}]\n  egress: [{to: [" + peers +
                  "], " + ports + "}]")});
    EXPECT_TRUE(traffic_is(R"(
  p/b -> p/a  80/TCP 80/UDP 80/SCTP over IPv4: allowed
  p/a -> p/b  80/TCP 80/UDP 80/SCTP over IPv4: allowed
  p/b, q/a, internet -> p/a  GRE: denied
  p/a -> p/b, q/a, internet  GRE: denied
)"));
  }
}

TEST_P(Protocols, Line14_RepliesOfEveryProtocol) {
  BUILD_OR_SKIP(in(GetParam(), gre_everywhere()));
  enforce({policy("p/nobody-reaches-a", R"(
  podSelector: {matchLabels: {pod: a}}
)")});
  EXPECT_TRUE(traffic_is("p/a -> p/b, internet  GRE: allowed\n"));
  EXPECT_TRUE(traffic_is("p/b, internet -> p/a  GRE: denied\n"));
}

TEST_P(Protocols, Line27_DefaultDenyIsOfEveryProtocol) {
  BUILD_OR_SKIP(in(GetParam(), gre_everywhere()));
  enforce({});
  EXPECT_TRUE(traffic_is(R"(
  p/b -> p/a, internet  GRE: allowed
  p/b, q/a, internet -> p/c  GRE: refused
)"));
  enforce({policy("p/deny", R"(
  podSelector: {}
  policyTypes: [Ingress, Egress]
)")});
  EXPECT_TRUE(traffic_is(R"(
  p/b, q/a, internet -> p/a, p/c  GRE: denied
  p/a -> p/b, p/c, q/a, internet  GRE: denied
)"));
}

}  // namespace
}  // namespace portcullis::test::protocols_test

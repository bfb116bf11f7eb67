// SEMANTICS, lines 14 to 17: traffic that is allowed whatever the policies say.
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"
#include "tests/support/rig/command.h"

namespace portcullis::test {
namespace {

// With two nodes, default/a is on the first and other/b on the second.
Topology two_namespaces() {
  const std::vector<Traffic> listens = {tcp(80), udp(53), sctp(9999)};
  return {
      .node_listens = listens,
      .pods = {{.name = "a", .listens = listens}, {.ns = "other", .name = "b", .listens = listens}},
      .hosts = {{.name = "internet", .listens = listens}}};
}

using AlwaysAllowed = PacketTest;

INSTANTIATE_TEST_SUITE_P(Variants, AlwaysAllowed, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(AlwaysAllowed, Line14_RepliesIntoAPodThatNobodyMayReach) {
  BUILD_OR_SKIP(in(GetParam(), two_namespaces()));
  enforce({kDenyIngress});
  EXPECT_TRUE(traffic_is(R"(
  default/a -> other/b, internet  80/TCP 53/UDP 9999/SCTP ICMP: allowed
  other/b, internet -> default/a  80/TCP 53/UDP 9999/SCTP ICMP: denied
)"));
}

TEST_P(AlwaysAllowed, Line14_RepliesOutOfAPodThatMayReachNobody) {
  BUILD_OR_SKIP(in(GetParam(), two_namespaces()));
  enforce({kDenyEgress});
  EXPECT_TRUE(traffic_is(R"(
  other/b, internet -> default/a  80/TCP 53/UDP 9999/SCTP ICMP: allowed
  default/a -> other/b, internet  80/TCP 53/UDP 9999/SCTP ICMP: denied
)"));
}

// Nobody listens there, and the kernel of the other end reports it.
TEST_P(AlwaysAllowed, Line14_IcmpErrorsAboutAllowedConnections) {
  BUILD_OR_SKIP(in(GetParam(), two_namespaces()));
  enforce({kDenyIngress});
  EXPECT_TRUE(traffic_is("default/a -> other/b, internet  99/UDP: refused\n"));
  enforce({kDenyEgress});
  EXPECT_TRUE(traffic_is("other/b, internet -> default/a  99/UDP: refused\n"));
}

TEST_P(AlwaysAllowed, Line15_APodToItself) {
  BUILD_OR_SKIP(in(GetParam(), two_namespaces()));
  enforce({kDenyBoth});
  EXPECT_TRUE(traffic_is(R"(
  default/a -> default/a  80/TCP 53/UDP 9999/SCTP ICMP: allowed
  default/a -> other/b  80/TCP: denied
)"));
}

// After DNAT it has its own address, and is masqueraded only after the policies have judged.
TEST_P(AlwaysAllowed, Line15_APodToItselfThroughAService) {
  BUILD_OR_SKIP(in(GetParam(), two_namespaces()));
  const Endpoint& pod = playground().endpoint("default/a");
  std::vector<Service> services;
  std::vector<Probe> probes;
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    const auto address = *parse_address(family == Family::kIpv4 ? "10.96.0.10" : "fd00:10:96::10");
    services.push_back({.name = "web",
                        .cluster_ip = address,
                        .port = 8000,
                        .pod = pod.address(family),
                        .target_port = 80,
                        .pod_node = pod.node});
    probes.push_back({.from = "default/a",
                      .to = "default/a",
                      .traffic = tcp(80),
                      .family = family,
                      .via = ServiceAddress{address, 8000}});
    probes.push_back({.from = "other/b",
                      .to = "default/a",
                      .traffic = tcp(80),
                      .family = family,
                      .expected = Outcome::kDenied,
                      .via = ServiceAddress{address, 8000}});
  }
  const auto served = serve(playground(), services, ProxyMode::kNftables);
  ASSERT_TRUE(served) << served.error().message;
  enforce({kDenyBoth});
  EXPECT_TRUE(outcomes_are(probes));
}

TEST_P(AlwaysAllowed, Line16_APodAndItsOwnNode) {
  BUILD_OR_SKIP(in(GetParam(), two_namespaces()));
  enforce({kDenyBoth});
  EXPECT_TRUE(traffic_is(R"(
  node-1 -> default/a  80/TCP 53/UDP 9999/SCTP ICMP: allowed
  default/a -> node-1  80/TCP 53/UDP 9999/SCTP ICMP: allowed
  other/b, internet -> default/a  80/TCP ICMP: denied
  default/a -> other/b, internet  80/TCP ICMP: denied
)"));
}

using AnotherNode = PacketTest;

INSTANTIATE_TEST_SUITE_P(Variants, AnotherNode,
                         testing::Values(Variant{Wiring::kRouted, 2}, Variant{Wiring::kBridged, 2}),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(AnotherNode, Line16_IsAStranger) {
  BUILD_OR_SKIP(in(GetParam(), two_namespaces()));
  enforce({kDenyBoth});
  EXPECT_TRUE(traffic_is(R"(
  node-2 -> default/a  80/TCP 53/UDP 9999/SCTP ICMP: denied
  default/a -> node-2  80/TCP 53/UDP 9999/SCTP ICMP: denied
)"));
}

using OneNode = PacketTest;

INSTANTIATE_TEST_SUITE_P(Variants, OneNode,
                         testing::Values(Variant{Wiring::kRouted, 1}, Variant{Wiring::kBridged, 1}),
                         [](const auto& each) { return name_of(each.param); });

// Two pods of one node that may talk only to each other, on one port.
TEST_P(OneNode, Line17_NeighbourDiscovery) {
  Topology topology = two_namespaces();
  topology.pods.resize(1);
  topology.pods.push_back({.name = "b", .listens = {tcp(80)}});
  BUILD_OR_SKIP(in(GetParam(), topology));
  enforce({policy("default/port-80-alone", R"(
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress: [{from: [{podSelector: {}}], ports: [{port: 80}]}]
  egress: [{to: [{podSelector: {}}], ports: [{port: 80}]}]
)")});
  for (const auto* name : {"default/a", "default/b"}) {
    const auto forgotten = run_ip(playground().endpoint(name).netns, {"neighbour flush dev eth0"});
    ASSERT_TRUE(forgotten) << forgotten.error().message;
  }
  EXPECT_TRUE(traffic_is(R"(
  default/a -> default/b  80/TCP: allowed
  default/b -> default/a  80/TCP: allowed
  default/a -> default/b  ICMP: denied
)"));
}

}  // namespace
}  // namespace portcullis::test

// SEMANTICS, line 16: addresses of a node that its pods' status.hostIPs do not report.
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"

namespace portcullis::test::own_node_test {
namespace {

const std::vector<Traffic> kListens = {tcp(80), udp(53), sctp(9999)};

// default/a is on node-1, other/b on the last node. bridge-<n> is the gateway of the node's pods,
// which is on its bridge if they are bridged; lan-<n> is on another of its networks.
Topology nodes_of_many_addresses(const Variant& variant) {
  Topology topology = in(variant, {.node_listens = kListens,
                                   .pods = {{.name = "a", .listens = kListens},
                                            {.ns = "other", .name = "b", .listens = kListens}}});
  for (int i = 1; i <= variant.nodes; ++i) {
    const auto n = std::to_string(i);
    topology.node_addresses.push_back({.name = "bridge-" + n,
                                       .node = "node-" + n,
                                       .ipv4 = "10.244." + n + ".1",
                                       .ipv6 = "fd00:10:244:" + n + "::1"});
    topology.node_addresses.push_back({.name = "lan-" + n,
                                       .node = "node-" + n,
                                       .ipv4 = "198.51.100." + n,
                                       .ipv6 = "2001:db8:100::" + n});
  }
  return topology;
}

class OwnNode : public PacketTest {
 protected:
  void forget_node_addresses() {
    for (const auto* name : {"default/a", "other/b"})
      edit_pod(name, [](Pod& pod) { pod.node_addresses = {}; });
  }
};

INSTANTIATE_TEST_SUITE_P(Variants, OwnNode, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(OwnNode, Line16_HasItsOtherAddressesToo) {
  BUILD_OR_SKIP(nodes_of_many_addresses(GetParam()));
  enforce({kDenyBoth});
  EXPECT_TRUE(traffic_is(R"(
  bridge-1, lan-1 -> default/a  80/TCP 53/UDP 9999/SCTP ICMP: allowed
  default/a -> bridge-1, lan-1  80/TCP 53/UDP 9999/SCTP ICMP: allowed
  other/b -> default/a  80/TCP ICMP: denied
  default/a -> other/b  80/TCP ICMP: denied
)"));
}

TEST_P(OwnNode, Line16_IsItsPodsOwnWhetherOrNotTheySayWhereTheyRun) {
  BUILD_OR_SKIP(nodes_of_many_addresses(GetParam()));
  forget_node_addresses();
  enforce({kDenyBoth});
  EXPECT_TRUE(traffic_is(R"(
  node-1, bridge-1, lan-1 -> default/a  80/TCP 53/UDP 9999/SCTP ICMP: allowed
  default/a -> node-1, bridge-1, lan-1  80/TCP 53/UDP 9999/SCTP ICMP: allowed
  other/b -> default/a  80/TCP ICMP: denied
  default/a -> other/b  80/TCP ICMP: denied
)"));
}

using AnotherNodesAddresses = OwnNode;

INSTANTIATE_TEST_SUITE_P(Variants, AnotherNodesAddresses,
                         testing::Values(Variant{Wiring::kRouted, 2}, Variant{Wiring::kBridged, 2}),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(AnotherNodesAddresses, Line16_AreStrangers) {
  BUILD_OR_SKIP(nodes_of_many_addresses(GetParam()));
  enforce({});
  EXPECT_TRUE(traffic_is(R"(
  bridge-2, lan-2 -> default/a  80/TCP 53/UDP 9999/SCTP ICMP: allowed
  default/a -> bridge-2, lan-2  80/TCP 53/UDP 9999/SCTP ICMP: allowed
)"));
  enforce({kDenyBoth});
  EXPECT_TRUE(traffic_is(R"(
  bridge-2, lan-2 -> default/a  80/TCP 53/UDP 9999/SCTP ICMP: denied
  default/a -> bridge-2, lan-2  80/TCP 53/UDP 9999/SCTP ICMP: denied
)"));
  forget_node_addresses();
  enforce({kDenyBoth});
  EXPECT_TRUE(traffic_is(R"(
  node-2, bridge-2, lan-2 -> default/a  80/TCP 53/UDP 9999/SCTP ICMP: denied
  default/a -> node-2, bridge-2, lan-2  80/TCP 53/UDP 9999/SCTP ICMP: denied
)"));
}

}  // namespace
}  // namespace portcullis::test::own_node_test

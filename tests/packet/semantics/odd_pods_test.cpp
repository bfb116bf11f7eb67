// SEMANTICS, lines 18, 20 and 21: unusual pods.
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"

namespace portcullis::test::odd_pods_test {
namespace {

class OddPods : public PacketTest {
 protected:
  // A host-network pod of p labelled pod: b, with its host's addresses.
  void add_host_network_pod(const std::string& host, const std::string& node_name) {
    const Endpoint& endpoint = playground().endpoint(host);
    Pod pod;
    pod.key = {"p", "agent-of-" + host};
    pod.labels = Labels{{"pod", "b"}};
    pod.node_name = node_name;
    pod.addresses = {endpoint.ipv4, endpoint.ipv6};
    pod.ports = std::vector<NamedPort>{{"web", Protocol::kTcp, 80}};
    pod.phase = PodPhase::kRunning;
    pod.host_network = true;
    objects().apply(PodEvent{pod.key, std::make_shared<const Pod>(pod)});
  }

  void set_phase(const std::string& name, PodPhase phase) {
    edit_pod(name, [&](Pod& pod) { pod.phase = phase; });
  }
};

INSTANTIATE_TEST_SUITE_P(Variants, OddPods, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

const std::string kOnlyWithB = only_with("[{podSelector: {matchLabels: {pod: b}}}]");

const std::string kDenyBoth = policy("p/deny-both", R"(
  podSelector: {}
  policyTypes: [Ingress, Egress]
)");

Topology with_node_ports() {
  Topology topology = three_namespaces();
  topology.node_listens = {tcp(80), udp(80), sctp(80)};
  return topology;
}

// The host outside plays a node that enforces nothing, so that all its traffic is forwarded. If its
// pod claims to run on node-1, or names no node, node-1 is the one to be misled.
TEST_P(OddPods, Line18_HostNetworkPodIsNoSubject) {
  BUILD_OR_SKIP(in(GetParam(), with_node_ports()));
  for (const std::string node : {"internet", "node-1", ""}) {
    SCOPED_TRACE(node);
    add_host_network_pod("internet", node);
    for (const auto& name : playground().topology().nodes) add_host_network_pod(name, name);
    enforce({kDenyBoth});
    EXPECT_TRUE(traffic_is(R"(
  q/a, q/b, r/a -> internet  80/TCP 80/UDP 80/SCTP ICMP: allowed
  internet -> q/a, q/b, r/a  80/TCP 80/UDP 80/SCTP ICMP: allowed
  q/a, q/b, r/a, internet -> node-1  80/TCP 80/UDP 80/SCTP ICMP: allowed
  node-1 -> q/a, q/b, r/a, internet  80/TCP 80/UDP 80/SCTP ICMP: allowed
  internet -> p/a, p/b  80/TCP ICMP: denied
  p/a, p/b -> internet  80/TCP ICMP: denied
)"));
  }
}

TEST_P(OddPods, Line18_HostNetworkPodIsNoMember) {
  BUILD_OR_SKIP(in(GetParam(), with_node_ports()));
  add_host_network_pod("internet", "node-1");
  for (const auto& name : playground().topology().nodes) add_host_network_pod(name, name);
  const std::string other_node = GetParam().nodes == 2 ? "internet, node-2" : "internet";
  for (const auto* peers :
       {"[{podSelector: {matchLabels: {pod: b}}}]", "[{podSelector: {}}]",
        "[{namespaceSelector: {}}]", "[{namespaceSelector: {matchLabels: {ns: p}}}]"}) {
    SCOPED_TRACE(peers);
    enforce({only_with(peers)});
    EXPECT_TRUE(traffic_is("p/b -> p/a  80/TCP ICMP: allowed\np/a -> p/b  80/TCP ICMP: allowed\n" +
                           other_node + " -> p/a  80/TCP 80/UDP 80/SCTP ICMP: denied\n" +
                           "p/a -> " + other_node + "  80/TCP 80/UDP 80/SCTP ICMP: denied\n"));
  }

  enforce({policy("p/named-port", R"(
  podSelector: {matchLabels: {pod: a}}
  policyTypes: [Egress]
  egress: [{ports: [{port: web}]}]
)")});
  EXPECT_TRUE(traffic_is("p/a -> " + other_node + "  80/TCP 80/UDP ICMP: denied\n"));
}

const std::string kNobodyWithA = R"(
  p/b, p/c, q/a, internet -> p/a  80/TCP 80/UDP 80/SCTP ICMP: denied
  p/a -> p/b, p/c, q/a, internet  80/TCP 80/UDP 80/SCTP ICMP: denied
)";

TEST_P(OddPods, Line20_TerminatingPodKeepsItsEnforcementUntilItIsFinished) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  edit_pod("p/a", [](Pod& pod) { pod.terminating = true; });
  edit_pod("p/b", [](Pod& pod) { pod.terminating = true; });
  enforce({kOnlyWithB});
  EXPECT_TRUE(traffic_is(R"(
  p/b -> p/a  80/TCP 80/UDP 80/SCTP ICMP: allowed
  p/a -> p/b  80/TCP 80/UDP 80/SCTP ICMP: allowed
  p/c, q/a, internet -> p/a  80/TCP 80/UDP 80/SCTP ICMP: denied
  p/a -> p/c, q/a, internet  80/TCP 80/UDP 80/SCTP ICMP: denied
)"));

  for (const auto finished : {PodPhase::kSucceeded, PodPhase::kFailed}) {
    set_phase("p/b", finished);
    enforce({kOnlyWithB});
    EXPECT_TRUE(traffic_is(kNobodyWithA));
  }

  for (const auto finished : {PodPhase::kSucceeded, PodPhase::kFailed}) {
    set_phase("p/a", finished);
    enforce({});
    EXPECT_TRUE(traffic_is(kNobodyWithA));
  }
}

// Both interfaces still exist.
TEST_P(OddPods, Line20_TerminatingPodKeepsItsEnforcementUntilItIsGone) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  edit_pod("p/a", [](Pod& pod) { pod.terminating = true; });
  edit_pod("p/b", [](Pod& pod) { pod.terminating = true; });
  enforce({kOnlyWithB});
  delete_pod("p/b");
  enforce({kOnlyWithB});
  EXPECT_TRUE(traffic_is(kNobodyWithA));
  delete_pod("p/a");
  enforce({});
  EXPECT_TRUE(traffic_is(kNobodyWithA));
}

TEST_P(OddPods, Line21_PodIsProgrammedWithTheTransactionThatBringsItsAddress) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  const auto addresses_of_a = pod("p/a").addresses;
  const auto addresses_of_b = pod("p/b").addresses;
  for (const auto* name : {"p/a", "p/b"}) {
    edit_pod(name, [](Pod& pod) {
      pod.addresses = {};
      pod.phase = PodPhase::kPending;
    });
  }
  const auto only_b = policy("p/c-only-with-b", R"(
  podSelector: {matchLabels: {pod: c}}
  policyTypes: [Ingress]
  ingress: [{from: [{podSelector: {matchLabels: {pod: b}}}]}]
)");
  enforce({kOnlyWithB, only_b});
  EXPECT_TRUE(traffic_is(R"(
  q/a, internet -> p/a  80/TCP ICMP: allowed
  p/a -> q/a, internet  80/TCP ICMP: allowed
  p/b, q/a, internet -> p/c  80/TCP ICMP: denied
)"));

  edit_pod("p/a", [&](Pod& pod) { pod.addresses = addresses_of_a; });
  edit_pod("p/b", [&](Pod& pod) { pod.addresses = addresses_of_b; });
  enforce({kOnlyWithB, only_b});
  EXPECT_TRUE(traffic_is(R"(
  p/b -> p/a, p/c  80/TCP ICMP: allowed
  p/a -> p/b  80/TCP ICMP: allowed
  q/a, internet -> p/a, p/c  80/TCP ICMP: denied
  p/a -> q/a, internet  80/TCP ICMP: denied
)"));
}

}  // namespace
}  // namespace portcullis::test::odd_pods_test

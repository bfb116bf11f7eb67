// What passes whatever the policies say: replies, related errors, and between a pod and its own
// node.
#include "tests/packet/fixture.h"

namespace portcullis::test {
namespace {

const std::vector<Traffic> kEveryTraffic = {tcp(80), udp(53), sctp(9999), icmp()};

// No pod of default may be reached or reach anyone.
constexpr const char* kDenyBoth = R"(
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny-both, namespace: default}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
)";

Topology two_namespaces() {
  const std::vector<Traffic> listens = {tcp(80), udp(53), sctp(9999)};
  return {
      .node_listens = listens,
      .pods = {{.name = "a", .listens = listens}, {.ns = "other", .name = "b", .listens = listens}},
      .hosts = {{.name = "internet", .listens = listens}}};
}

std::vector<Probe> probes(const std::string& from, const std::string& to,
                          const std::vector<Traffic>& traffics, Outcome expected) {
  std::vector<Probe> all;
  for (const auto& traffic : traffics) {
    for (const auto family : {Family::kIpv4, Family::kIpv6})
      all.push_back({from, to, traffic, family, expected});
  }
  return all;
}

std::vector<Probe> operator+(std::vector<Probe> all, const std::vector<Probe>& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

using Replies = PacketTest;

INSTANTIATE_TEST_SUITE_P(Variants, Replies, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(Replies, PassIntoAPodThatNobodyMayReach) {
  BUILD_OR_SKIP(in(GetParam(), two_namespaces()));
  enforce({example("default-deny-ingress")});
  EXPECT_TRUE(outcomes_are(probes("default/a", "other/b", kEveryTraffic, Outcome::kAllowed) +
                           probes("default/a", "internet", kEveryTraffic, Outcome::kAllowed) +
                           probes("other/b", "default/a", kEveryTraffic, Outcome::kDenied) +
                           probes("internet", "default/a", kEveryTraffic, Outcome::kDenied)));
}

TEST_P(Replies, PassOutOfAPodThatMayReachNobody) {
  BUILD_OR_SKIP(in(GetParam(), two_namespaces()));
  enforce({example("default-deny-egress")});
  EXPECT_TRUE(outcomes_are(probes("other/b", "default/a", kEveryTraffic, Outcome::kAllowed) +
                           probes("internet", "default/a", kEveryTraffic, Outcome::kAllowed) +
                           probes("default/a", "other/b", kEveryTraffic, Outcome::kDenied) +
                           probes("default/a", "internet", kEveryTraffic, Outcome::kDenied)));
}

TEST_P(Replies, IcmpErrorsAboutAllowedTrafficPass) {
  BUILD_OR_SKIP(in(GetParam(), two_namespaces()));
  enforce({example("default-deny-ingress")});
  EXPECT_TRUE(outcomes_are(probes("default/a", "other/b", {udp(99)}, Outcome::kRefused) +
                           probes("default/a", "internet", {udp(99)}, Outcome::kRefused)));
}

TEST_P(Replies, DenialIsSilentOnClosedPortsToo) {
  BUILD_OR_SKIP(in(GetParam(), two_namespaces()));
  enforce({kDenyBoth});
  const std::vector<Traffic> closed = {tcp(99), udp(99), sctp(99)};
  EXPECT_TRUE(outcomes_are(probes("default/a", "other/b", closed, Outcome::kDenied) +
                           probes("other/b", "default/a", closed, Outcome::kDenied)));
}

TEST_P(Replies, OwnNodeAndPodReachEachOther) {
  BUILD_OR_SKIP(in(GetParam(), two_namespaces()));
  enforce({kDenyBoth});
  EXPECT_TRUE(outcomes_are(probes("node-1", "default/a", kEveryTraffic, Outcome::kAllowed) +
                           probes("default/a", "node-1", kEveryTraffic, Outcome::kAllowed)));
}

using RepliesOnTwoNodes = Replies;

INSTANTIATE_TEST_SUITE_P(Variants, RepliesOnTwoNodes,
                         testing::Values(Variant{Wiring::kRouted, 2}, Variant{Wiring::kBridged, 2}),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(RepliesOnTwoNodes, AnotherNodeIsAStranger) {
  BUILD_OR_SKIP(in(GetParam(), two_namespaces()));
  enforce({kDenyBoth});
  EXPECT_TRUE(outcomes_are(probes("node-2", "default/a", kEveryTraffic, Outcome::kDenied) +
                           probes("default/a", "node-2", kEveryTraffic, Outcome::kDenied)));
}

}  // namespace
}  // namespace portcullis::test

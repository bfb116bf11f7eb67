// SEMANTICS, line 9: labels change while policies stay.
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"

namespace portcullis::test {
namespace {

class ChangingLabels : public PacketTest {
 protected:
  void label_pod(const std::string& name, const Labels& labels) {
    edit_pod(name, [&](Pod& pod) { pod.labels = labels; });
  }
};

INSTANTIATE_TEST_SUITE_P(Variants, ChangingLabels, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(ChangingLabels, Line09_SubjectsFollowTheirPodsLabels) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  const auto isolation = policy("p/isolation", R"(
  podSelector: {matchLabels: {guarded: 'yes'}}
  policyTypes: [Ingress, Egress]
)");
  enforce({isolation});
  EXPECT_TRUE(traffic_is(R"(
  q/a, internet -> p/a, p/b  80/TCP ICMP: allowed
  p/a, p/b -> q/a, internet  80/TCP ICMP: allowed
)"));

  label_pod("p/a", {{"pod", "a"}, {"guarded", "yes"}});
  enforce({isolation});
  EXPECT_TRUE(traffic_is(R"(
  q/a, internet -> p/a  80/TCP ICMP: denied
  p/a -> q/a, internet  80/TCP ICMP: denied
  q/a, internet -> p/b  80/TCP ICMP: allowed
  p/b -> q/a, internet  80/TCP ICMP: allowed
)"));

  label_pod("p/a", {{"pod", "a"}, {"guarded", "no"}});
  label_pod("p/b", {{"guarded", "yes"}});
  enforce({isolation});
  EXPECT_TRUE(traffic_is(R"(
  q/a, internet -> p/a  80/TCP ICMP: allowed
  p/a -> q/a, internet  80/TCP ICMP: allowed
  q/a, internet -> p/b  80/TCP ICMP: denied
  p/b -> q/a, internet  80/TCP ICMP: denied
)"));
}

TEST_P(ChangingLabels, Line09_PeersFollowTheirPodsLabels) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  const auto friends = policy("p/friends", R"(
  podSelector: {matchLabels: {pod: a}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{namespaceSelector: {}, podSelector: {matchLabels: {friend: 'yes'}}}]
  egress:
  - to: [{namespaceSelector: {}, podSelector: {matchLabels: {friend: 'yes'}}}]
)");
  enforce({friends});
  EXPECT_TRUE(traffic_is(R"(
  p/b, q/a, q/b -> p/a  80/TCP ICMP: denied
  p/a -> p/b, q/a, q/b  80/TCP ICMP: denied
)"));

  label_pod("p/b", {{"friend", "yes"}});
  label_pod("q/a", {{"friend", "yes"}});
  enforce({friends});
  EXPECT_TRUE(traffic_is(R"(
  p/b, q/a -> p/a  80/TCP ICMP: allowed
  p/a -> p/b, q/a  80/TCP ICMP: allowed
  q/b -> p/a  80/TCP ICMP: denied
  p/a -> q/b  80/TCP ICMP: denied
)"));

  label_pod("p/b", {});
  label_pod("q/a", {{"friend", "no"}});
  label_pod("q/b", {{"friend", "yes"}});
  enforce({friends});
  EXPECT_TRUE(traffic_is(R"(
  p/b, q/a -> p/a  80/TCP ICMP: denied
  p/a -> p/b, q/a  80/TCP ICMP: denied
  q/b -> p/a  80/TCP ICMP: allowed
  p/a -> q/b  80/TCP ICMP: allowed
)"));
}

TEST_P(ChangingLabels, Line09_RelabelledNamespaceTouchesEveryPodInIt) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  const auto from_trusted = policy("p/trusted", R"(
  podSelector: {matchLabels: {pod: a}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{namespaceSelector: {matchLabels: {trusted: 'yes'}}}]
  egress:
  - to: [{namespaceSelector: {matchLabels: {trusted: 'yes'}}}]
)");
  enforce({from_trusted});
  EXPECT_TRUE(traffic_is(R"(
  p/b, q/a, q/b, r/a -> p/a  80/TCP ICMP: denied
  p/a -> p/b, q/a, q/b, r/a  80/TCP ICMP: denied
)"));

  label_namespace("q", {{"trusted", "yes"}});
  enforce({from_trusted});
  EXPECT_TRUE(traffic_is(R"(
  q/a, q/b -> p/a  80/TCP ICMP: allowed
  p/a -> q/a, q/b  80/TCP ICMP: allowed
  p/b, r/a -> p/a  80/TCP ICMP: denied
  p/a -> p/b, r/a  80/TCP ICMP: denied
)"));

  // Its own labels neither exempt the policy's namespace nor, without a rule, admit it.
  label_namespace("q", {{"trusted", "no"}});
  label_namespace("p", {{"trusted", "yes"}});
  enforce({from_trusted});
  EXPECT_TRUE(traffic_is(R"(
  p/b, p/c -> p/a  80/TCP ICMP: allowed
  p/a -> p/b, p/c  80/TCP ICMP: allowed
  q/a, q/b, r/a -> p/a  80/TCP ICMP: denied
  p/a -> q/a, q/b, r/a  80/TCP ICMP: denied
)"));
}

// Every selector on a separate port; peers are "from" or "to".
std::string rules_by_port(const std::string& peers) {
  return R"(
  - {ports: [{port: 80}], )" +
         peers + R"(: [{namespaceSelector: {}}]}
  - {ports: [{port: 81}], )" +
         peers + R"(:
     [{namespaceSelector: {matchExpressions: [{key: none, operator: DoesNotExist}]}}]}
  - {ports: [{port: 80, protocol: UDP}], )" +
         peers + R"(:
     [{namespaceSelector: {matchExpressions: [{key: ns, operator: NotIn, values: [r]}]}}]}
  - {ports: [{port: 80, protocol: SCTP}], )" +
         peers + R"(:
     [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: q}}}]}
)";
}

TEST_P(ChangingLabels, Line09_PodBeforeItsNamespaceMatchesTheEmptySelectorOnly) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  const auto by_port = policy("p/under-test", R"(
  podSelector: {matchLabels: {pod: a}}
  policyTypes: [Ingress, Egress]
  ingress:)" + rules_by_port("from") +
                                                  "  egress:" + rules_by_port("to"));
  const auto q = objects().namespaces().at("q");
  objects().apply(NamespaceEvent{{"", "q"}, nullptr});
  enforce({by_port});
  EXPECT_TRUE(traffic_is(R"(
  q/a, q/b -> p/a  80/TCP: allowed
  p/a -> q/a, q/b  80/TCP: allowed
  q/a, q/b -> p/a  81/TCP 80/UDP 80/SCTP ICMP: denied
  p/a -> q/a, q/b  81/TCP 80/UDP 80/SCTP ICMP: denied
  p/b -> p/a  80/TCP 81/TCP 80/UDP: allowed
  p/a -> p/b  80/TCP 81/TCP 80/UDP: allowed
)"));

  objects().apply(NamespaceEvent{{"", "q"}, q});
  enforce({by_port});
  EXPECT_TRUE(traffic_is(R"(
  q/a, q/b -> p/a  80/TCP 81/TCP 80/UDP 80/SCTP: allowed
  p/a -> q/a, q/b  80/TCP 81/TCP 80/UDP 80/SCTP: allowed
  q/a, q/b -> p/a  ICMP: denied
  p/a -> q/a, q/b  ICMP: denied
)"));
}

TEST_P(ChangingLabels, Line09_PodBeforeItsNamespaceIsASubjectAndItsNeighboursPeer) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  objects().apply(NamespaceEvent{{"", "p"}, nullptr});
  enforce({policy("p/under-test", R"(
  podSelector: {matchLabels: {pod: a}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{podSelector: {matchLabels: {pod: b}}}]
  egress:
  - to: [{podSelector: {matchLabels: {pod: c}}}]
)")});
  EXPECT_TRUE(traffic_is(R"(
  p/b -> p/a  80/TCP ICMP: allowed
  p/a -> p/c  80/TCP ICMP: allowed
  p/c, q/a, q/b, internet -> p/a  80/TCP ICMP: denied
  p/a -> p/b, q/a, internet  80/TCP ICMP: denied
)"));
}

}  // namespace
}  // namespace portcullis::test

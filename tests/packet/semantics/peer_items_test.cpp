// SEMANTICS, line 7: how namespaceSelector and podSelector combine.
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"

namespace portcullis::test {
namespace {

using PeerItems = PacketTest;

INSTANTIATE_TEST_SUITE_P(Variants, PeerItems, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(PeerItems, Line07_OneItemWithBothPeerItemsNeedsBoth) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  enforce({only_with(R"(
    - namespaceSelector: {matchLabels: {ns: q}}
      podSelector: {matchLabels: {pod: b}}
)")});
  EXPECT_TRUE(traffic_is(R"(
  q/b -> p/a  80/TCP 80/UDP 80/SCTP ICMP: allowed
  p/a -> q/b  80/TCP 80/UDP 80/SCTP ICMP: allowed
  p/b, p/c, q/a, r/a, internet -> p/a  80/TCP ICMP: denied
  p/a -> p/b, p/c, q/a, r/a, internet  80/TCP ICMP: denied
)"));

  enforce({only_with(R"(
    - namespaceSelector: {}
      podSelector: {matchLabels: {pod: b}}
)")});
  EXPECT_TRUE(traffic_is(R"(
  p/b, q/b -> p/a  80/TCP ICMP: allowed
  p/a -> p/b, q/b  80/TCP ICMP: allowed
  p/c, q/a, r/a, internet -> p/a  80/TCP ICMP: denied
  p/a -> p/c, q/a, r/a, internet  80/TCP ICMP: denied
)"));

  enforce({only_with(R"(
    - namespaceSelector: {matchLabels: {ns: q}}
      podSelector: {}
)")});
  EXPECT_TRUE(traffic_is(R"(
  q/a, q/b -> p/a  80/TCP ICMP: allowed
  p/a -> q/a, q/b  80/TCP ICMP: allowed
  p/b, p/c, r/a, internet -> p/a  80/TCP ICMP: denied
  p/a -> p/b, p/c, r/a, internet  80/TCP ICMP: denied
)"));
}

TEST_P(PeerItems, Line07_OfTwoItemsEitherIsEnough) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  enforce({only_with(R"(
    - namespaceSelector: {matchLabels: {ns: q}}
    - podSelector: {matchLabels: {pod: b}}
)")});
  EXPECT_TRUE(traffic_is(R"(
  p/b, q/a, q/b -> p/a  80/TCP 80/UDP 80/SCTP ICMP: allowed
  p/a -> p/b, q/a, q/b  80/TCP 80/UDP 80/SCTP ICMP: allowed
  p/c, r/a, internet -> p/a  80/TCP ICMP: denied
  p/a -> p/c, r/a, internet  80/TCP ICMP: denied
)"));
}

TEST_P(PeerItems, Line07_PodSelectorAloneStaysInThePolicysNamespace) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  enforce({only_with(R"(
    - podSelector: {matchLabels: {pod: b}}
)")});
  EXPECT_TRUE(traffic_is(R"(
  p/b -> p/a  80/TCP ICMP: allowed
  p/a -> p/b  80/TCP ICMP: allowed
  p/c, q/a, q/b, r/a, internet -> p/a  80/TCP ICMP: denied
  p/a -> p/c, q/a, q/b, r/a, internet  80/TCP ICMP: denied
)"));

  enforce({only_with(R"(
    - podSelector: {}
)")});
  EXPECT_TRUE(traffic_is(R"(
  p/b, p/c -> p/a  80/TCP ICMP: allowed
  p/a -> p/b, p/c  80/TCP ICMP: allowed
  q/a, q/b, r/a, internet -> p/a  80/TCP ICMP: denied
  p/a -> q/a, q/b, r/a, internet  80/TCP ICMP: denied
)"));
}

TEST_P(PeerItems, Line07_EmptyNamespaceSelectorIsEveryPodAndNobodyElse) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  for (const std::string peers :
       {"[{namespaceSelector: {}}]", "[{namespaceSelector: {}, podSelector: {}}]"}) {
    SCOPED_TRACE(peers);
    enforce({only_with(peers)});
    EXPECT_TRUE(traffic_is(R"(
  p/b, p/c, q/a, q/b, r/a -> p/a  80/TCP ICMP: allowed
  p/a -> p/b, p/c, q/a, q/b, r/a  80/TCP ICMP: allowed
  internet -> p/a  80/TCP ICMP: denied
  p/a -> internet  80/TCP ICMP: denied
)"));
  }
}

TEST_P(PeerItems, Line07_EmptyPodSelectorOfAPolicyIsEveryPodOfItsNamespace) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  enforce({policy("p/under-test", R"(
  podSelector: {}
  ingress:
  - from: [{namespaceSelector: {matchLabels: {ns: r}}}]
)")});
  EXPECT_TRUE(traffic_is(R"(
  r/a -> p/a, p/b, p/c  80/TCP ICMP: allowed
  q/a, internet -> p/a, p/b, p/c  80/TCP ICMP: denied
  p/a, internet -> q/a, q/b, r/a  80/TCP ICMP: allowed
)"));
}

}  // namespace
}  // namespace portcullis::test

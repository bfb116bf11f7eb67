// SEMANTICS, lines 1 to 6: which pods are isolated in which direction, and the meaning of an empty
// list.
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"

namespace portcullis::test {
namespace {

using Isolation = PacketTest;

INSTANTIATE_TEST_SUITE_P(Variants, Isolation, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

const std::string kEveryoneReachesA = R"(
  p/b, p/c, q/a, internet -> p/a  80/TCP 80/UDP 80/SCTP ICMP: allowed
)";
const std::string kNobodyReachesA = R"(
  p/b, p/c, q/a, internet -> p/a  80/TCP 80/UDP 80/SCTP ICMP: denied
)";
const std::string kAReachesEveryone = R"(
  p/a -> p/b, p/c, q/a, internet  80/TCP 80/UDP 80/SCTP ICMP: allowed
)";
const std::string kAReachesNobody = R"(
  p/a -> p/b, p/c, q/a, internet  80/TCP 80/UDP 80/SCTP ICMP: denied
)";

TEST_P(Isolation, Line01_PoliciesOfItsNamespaceThatSelectAPodIsolateIt) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  enforce({policy("p/nobody", R"(
  podSelector: {matchLabels: {pod: none}}
  policyTypes: [Ingress, Egress]
)"),
           policy("r/elsewhere", R"(
  podSelector: {}
  policyTypes: [Ingress, Egress]
)")});
  EXPECT_TRUE(traffic_is(kEveryoneReachesA + kAReachesEveryone + R"(
  p/a, q/a, internet -> r/a  80/TCP ICMP: denied
  r/a -> p/a, q/a, internet  80/TCP ICMP: denied
)"));

  const std::string others_stay_open = R"(
  p/c, q/a, internet -> p/b  80/TCP ICMP: allowed
  p/b -> p/c, q/a, internet  80/TCP ICMP: allowed
  p/b, internet -> q/a  80/TCP ICMP: allowed
  q/a -> p/b, internet  80/TCP ICMP: allowed
)";
  enforce({policy("p/a", R"(
  podSelector: {matchLabels: {pod: a}}
  policyTypes: [Ingress, Egress]
)")});
  EXPECT_TRUE(traffic_is(kNobodyReachesA + kAReachesNobody + others_stay_open));

  enforce({policy("p/everyone", R"(
  podSelector: {}
  policyTypes: [Ingress]
)")});
  EXPECT_TRUE(traffic_is(R"(
  p/b, p/c, q/a, internet -> p/a  80/TCP ICMP: denied
  p/a, q/a, internet -> p/b, p/c  80/TCP ICMP: denied
  p/a, p/b, p/c, internet -> q/a, r/a  80/TCP ICMP: allowed
)"));
}

TEST_P(Isolation, Line01_PolicyTypesSayInWhichDirection) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  enforce({policy("p/ingress", R"(
  podSelector: {matchLabels: {pod: a}}
  policyTypes: [Ingress]
)")});
  EXPECT_TRUE(traffic_is(kNobodyReachesA + kAReachesEveryone));

  enforce({policy("p/egress", R"(
  podSelector: {matchLabels: {pod: a}}
  policyTypes: [Egress]
)")});
  EXPECT_TRUE(traffic_is(kEveryoneReachesA + kAReachesNobody));

  enforce({policy("p/ingress-beside-rules-for-egress", R"(
  podSelector: {matchLabels: {pod: a}}
  policyTypes: [Ingress]
  egress:
  - to:
    - podSelector: {matchLabels: {pod: b}}
)")});
  EXPECT_TRUE(traffic_is(kNobodyReachesA + kAReachesEveryone));

  enforce({policy("p/egress-beside-rules-for-ingress", R"(
  podSelector: {matchLabels: {pod: a}}
  policyTypes: [Egress]
  ingress:
  - from:
    - podSelector: {matchLabels: {pod: b}}
)")});
  EXPECT_TRUE(traffic_is(kEveryoneReachesA + kAReachesNobody));
}

TEST_P(Isolation, Line02_PoliciesAddUp) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  const auto from_b = policy("p/from-b", R"(
  podSelector: {matchLabels: {pod: a}}
  ingress:
  - from:
    - podSelector: {matchLabels: {pod: b}}
    ports:
    - port: 80
)");
  const auto from_c = policy("p/from-c", R"(
  podSelector: {}
  ingress:
  - from:
    - podSelector: {matchLabels: {pod: c}}
    ports:
    - port: 81
)");
  for (const auto* name : {"p/a-denial-first", "p/z-denial-last"}) {
    SCOPED_TRACE(name);
    const auto denial = policy(name, R"(
  podSelector: {}
  policyTypes: [Ingress]
)");
    enforce({denial, from_b, from_c});
    EXPECT_TRUE(traffic_is(R"(
  p/b -> p/a  80/TCP: allowed
  p/c -> p/a, p/b  81/TCP: allowed
  p/b -> p/a  81/TCP 80/UDP ICMP: denied
  p/c -> p/a  80/TCP 80/UDP ICMP: denied
  p/c -> p/b  80/TCP ICMP: denied
  p/a -> p/b, p/c  80/TCP 81/TCP ICMP: denied
  q/a, internet -> p/a, p/b  80/TCP 81/TCP ICMP: denied
)"));
  }
}

// With two nodes p/b is on another node than p/a, and p/c always on the same.
TEST_P(Isolation, Line02_BothSidesMustAllow) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  const auto out_of_a = policy("p/out-of-a", R"(
  podSelector: {matchLabels: {pod: a}}
  policyTypes: [Egress]
  egress:
  - to:
    - podSelector: {}
    ports:
    - {port: 80}
    - {port: 80, protocol: SCTP}
)");
  const auto into_others = policy("p/into-others", R"(
  podSelector: {matchExpressions: [{key: pod, operator: In, values: [b, c]}]}
  ingress:
  - from:
    - podSelector: {matchLabels: {pod: a}}
    ports:
    - {port: 81}
    - {port: 80, protocol: SCTP}
)");
  enforce({out_of_a});
  EXPECT_TRUE(traffic_is(R"(
  p/a -> p/b, p/c  80/TCP 80/SCTP: allowed
  p/a -> p/b, p/c  81/TCP 80/UDP ICMP: denied
)"));
  enforce({into_others});
  EXPECT_TRUE(traffic_is(R"(
  p/a -> p/b, p/c  81/TCP 80/SCTP: allowed
  p/a -> p/b, p/c  80/TCP 80/UDP ICMP: denied
)"));
  enforce({out_of_a, into_others});
  EXPECT_TRUE(traffic_is(R"(
  p/a -> p/b, p/c  80/SCTP: allowed
  p/a -> p/b, p/c  80/TCP 81/TCP 80/UDP ICMP: denied
  p/b -> p/c  80/SCTP: denied
  p/b, p/c -> p/a  80/TCP 81/TCP ICMP: allowed
)"));
}

TEST_P(Isolation, Line03_MissingPolicyTypesMeanIngressAndEgressWithRules) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  for (const std::string types : {"", "  policyTypes: []\n"}) {
    for (const std::string egress : {"", "  egress: []\n"}) {
      SCOPED_TRACE(types + egress);
      enforce(
          {policy("p/under-test", "\n  podSelector: {matchLabels: {pod: a}}\n" + types + egress)});
      EXPECT_TRUE(traffic_is(kNobodyReachesA + kAReachesEveryone));
    }
    SCOPED_TRACE(types + "with a rule for egress");
    enforce({policy("p/under-test", R"(
  podSelector: {matchLabels: {pod: a}}
  egress:
  - to:
    - podSelector: {matchLabels: {pod: b}}
)" + types)});
    EXPECT_TRUE(traffic_is(kNobodyReachesA + R"(
  p/a -> p/b  80/TCP 80/UDP 80/SCTP ICMP: allowed
  p/a -> p/c, q/a, q/b, internet  80/TCP 80/UDP 80/SCTP ICMP: denied
)"));
  }
}

TEST_P(Isolation, Line04_NoRuleAllowsNothingAndAnEmptyOneEverything) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  const std::string selection =
      "\n  podSelector: {matchLabels: {pod: a}}\n  policyTypes: [Ingress, Egress]\n";
  for (const std::string rules : {"", "  ingress: []\n  egress: []\n", "  ingress:\n  egress:\n"}) {
    SCOPED_TRACE(rules);
    enforce({policy("p/under-test", selection + rules)});
    EXPECT_TRUE(traffic_is(kNobodyReachesA + kAReachesNobody));
  }
  enforce({policy("p/under-test", selection + "  ingress: [{}]\n")});
  EXPECT_TRUE(traffic_is(kEveryoneReachesA + kAReachesNobody));
  enforce({policy("p/under-test", selection + "  egress: [{}]\n")});
  EXPECT_TRUE(traffic_is(kNobodyReachesA + kAReachesEveryone));
}

TEST_P(Isolation, Line04_NoPeersMeanEveryoneAndNoPortsEverything) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  for (const bool empty : {true, false}) {
    SCOPED_TRACE(empty ? "empty" : "missing");
    const std::string from = empty ? "from: []" : "";
    const std::string to = empty ? "to: []" : "";
    const std::string ports = empty ? "ports: []" : "";
    enforce({policy("p/under-test", R"(
  podSelector: {matchLabels: {pod: a}}
  policyTypes: [Ingress, Egress]
  ingress:
  - ports: [{port: 80}]
    )" + from + R"(
  egress:
  - ports: [{port: 80, protocol: UDP}]
    )" + to + "\n")});
    EXPECT_TRUE(traffic_is(R"(
  p/b, p/c, q/a, internet -> p/a  80/TCP: allowed
  p/b, p/c, q/a, internet -> p/a  81/TCP 80/UDP 80/SCTP ICMP: denied
  p/a -> p/b, p/c, q/a, internet  80/UDP: allowed
  p/a -> p/b, p/c, q/a, internet  80/TCP 80/SCTP ICMP: denied
)"));

    enforce({policy("p/under-test", R"(
  podSelector: {matchLabels: {pod: a}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{podSelector: {matchLabels: {pod: b}}}]
    )" + ports + R"(
  egress:
  - to: [{podSelector: {matchLabels: {pod: c}}}]
    )" + ports + "\n")});
    EXPECT_TRUE(traffic_is(R"(
  p/b -> p/a  80/TCP 81/TCP 80/UDP 80/SCTP ICMP: allowed
  p/c, q/b, internet -> p/a  80/TCP 80/UDP 80/SCTP ICMP: denied
  p/a -> p/c  80/TCP 81/TCP 80/UDP 80/SCTP ICMP: allowed
  p/a -> p/b, q/b, internet  80/TCP 80/UDP 80/SCTP ICMP: denied
)"));
  }
}

TEST_P(Isolation, Line05_RulesOfOneDirectionNeverSatisfyTheOther) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  for (const std::string peers : {"{}", "{to: [{podSelector: {}}]}"}) {
    SCOPED_TRACE(peers);
    enforce({policy("p/under-test", R"(
  podSelector: {matchLabels: {pod: a}}
  policyTypes: [Ingress, Egress]
  egress: [)" + peers + "]\n")});
    EXPECT_TRUE(traffic_is(kNobodyReachesA + R"(
  p/a -> p/b, p/c  80/TCP 80/UDP 80/SCTP ICMP: allowed
)"));
  }
  for (const std::string peers : {"{}", "{from: [{podSelector: {}}]}"}) {
    SCOPED_TRACE(peers);
    enforce({policy("p/under-test", R"(
  podSelector: {matchLabels: {pod: a}}
  policyTypes: [Ingress, Egress]
  ingress: [)" + peers + "]\n")});
    EXPECT_TRUE(traffic_is(kAReachesNobody + R"(
  p/b, p/c -> p/a  80/TCP 80/UDP 80/SCTP ICMP: allowed
)"));
  }
}

TEST_P(Isolation, Line05_PeersAndPortsOfOneDirectionAreNotTheOthers) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  enforce({policy("p/crossed", R"(
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{namespaceSelector: {matchLabels: {ns: q}}}]
    ports: [{port: 80}]
  egress:
  - to: [{namespaceSelector: {matchLabels: {ns: r}}}]
    ports: [{port: 81}]
)")});
  EXPECT_TRUE(traffic_is(R"(
  q/a, q/b -> p/a, p/b  80/TCP: allowed
  p/a, p/b -> r/a  81/TCP: allowed
  r/a -> p/a, p/b  80/TCP 81/TCP: denied
  p/a, p/b -> q/a, q/b  80/TCP 81/TCP: denied
  p/a, p/b -> p/c  80/TCP 81/TCP: denied
  q/a -> p/a  81/TCP: denied
  p/a -> r/a  80/TCP: denied
)"));
}

TEST_P(Isolation, Line06_PeersThatMatchNoPodStillIsolate) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  for (const std::string peer :
       {"{podSelector: {matchLabels: {pod: none}}}",
        "{namespaceSelector: {matchLabels: {ns: none}}}",
        "{namespaceSelector: {matchLabels: {ns: none}}, podSelector: {matchLabels: {pod: b}}}",
        "{ipBlock: {cidr: 203.0.113.0/24}}"}) {
    SCOPED_TRACE(peer);
    enforce({policy("p/under-test", R"(
  podSelector: {matchLabels: {pod: a}}
  policyTypes: [Ingress, Egress]
  ingress: [{from: [)" + peer + "]}]\n  egress: [{to: [" +
                                        peer + "]}]\n")});
    EXPECT_TRUE(traffic_is(kNobodyReachesA + kAReachesNobody));
  }
}

}  // namespace
}  // namespace portcullis::test

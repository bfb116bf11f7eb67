// SEMANTICS, line 19: the owner of an address.
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"

namespace portcullis::test {
namespace {

class AddressOwners : public PacketTest {
 protected:
  // A running pod of p, labelled pod: <name>, with the addresses of an endpoint, which another pod
  // may have, too.
  void add_claimant(const std::string& name, const std::string& endpoint_name,
                    const std::function<void(Pod&)>& edit) {
    const Endpoint& endpoint = playground().endpoint(endpoint_name);
    Pod pod;
    pod.key = {"p", name};
    pod.labels = Labels{{"pod", name}};
    pod.node_name = endpoint.node;
    pod.addresses = {endpoint.ipv4, endpoint.ipv6};
    pod.phase = PodPhase::kRunning;
    pod.created_at = 1'700'000'000;
    edit(pod);
    objects().apply(PodEvent{pod.key, std::make_shared<const Pod>(pod)});
  }
};

INSTANTIATE_TEST_SUITE_P(Variants, AddressOwners, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

// It matches no peer; and since its interface still exists, its address is closed (line 20).
TEST_P(AddressOwners, Line19_FinishedPodIsNeitherSubjectNorMember) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  const auto denial = policy("p/deny-both", R"(
  podSelector: {matchLabels: {pod: b}}
  policyTypes: [Ingress, Egress]
)");
  const auto only_with_b = only_with("[{podSelector: {matchLabels: {pod: b}}}]");
  for (const auto finished : {PodPhase::kSucceeded, PodPhase::kFailed}) {
    edit_pod("p/b", [&](Pod& pod) { pod.phase = PodPhase::kRunning; });
    enforce({});
    edit_pod("p/b", [&](Pod& pod) { pod.phase = finished; });
    enforce({denial, only_with_b});
    EXPECT_TRUE(traffic_is(R"(
  p/c, q/a, internet -> p/b  80/TCP 80/UDP 80/SCTP ICMP: denied
  p/b -> p/c, q/a, internet  80/TCP 80/UDP 80/SCTP ICMP: denied
  p/b -> p/a  80/TCP 80/UDP 80/SCTP ICMP: denied
  p/a -> p/b  80/TCP 80/UDP 80/SCTP ICMP: denied
)"));
  }
}

// q/b has the address that p/done had: policies on p/done do not apply to q/b.
TEST_P(AddressOwners, Line19_AddressOfAFinishedPodIsItsNextOwners) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  const auto denial = policy("p/deny-both", R"(
  podSelector: {matchLabels: {pod: done}}
  policyTypes: [Ingress, Egress]
)");
  const auto from_done = only_with("[{podSelector: {matchLabels: {pod: done}}}]");
  const auto from_q = only_with("[{namespaceSelector: {matchLabels: {ns: q}}}]");
  for (const auto finished : {PodPhase::kSucceeded, PodPhase::kFailed}) {
    add_claimant("done", "q/b", [&](Pod& pod) {
      pod.phase = finished;
      pod.created_at += 1000;  // newer, but over
    });
    enforce({denial, from_done});
    EXPECT_TRUE(traffic_is(R"(
  p/c, internet -> q/b  80/TCP ICMP: allowed
  q/b -> p/c, internet  80/TCP ICMP: allowed
  q/b -> p/a  80/TCP ICMP: denied
  p/a -> q/b  80/TCP ICMP: denied
)"));
    enforce({denial, from_q});
    EXPECT_TRUE(traffic_is(R"(
  q/b -> p/a  80/TCP ICMP: allowed
  p/a -> q/b  80/TCP ICMP: allowed
)"));
  }
}

struct Claims {
  const char* rule;
  std::function<void(Pod&)> better;
  std::function<void(Pod&)> worse;
};

void unchanged(Pod&) {}

const Claims kClaims[] = {
    {"running over pending", unchanged, [](Pod& pod) { pod.phase = PodPhase::kPending; }},
    {"running and older over pending and newer", unchanged,
     [](Pod& pod) {
       pod.phase = PodPhase::kPending;
       pod.created_at += 1;
     }},
    {"newest over older", [](Pod& pod) { pod.created_at += 1; }, unchanged},
    {"terminating and newer over older",
     [](Pod& pod) {
       pod.terminating = true;
       pod.created_at += 1;
     },
     unchanged},
    {"terminating and running over pending and newer", [](Pod& pod) { pod.terminating = true; },
     [](Pod& pod) {
       pod.phase = PodPhase::kPending;
       pod.created_at += 1;
     }},
};

// Two pods claim the address of p/c. Its owner is its subject, and its member.
TEST_P(AddressOwners, Line19_OfTwoLivePodsTheRunningNewestOwnsTheAddress) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  delete_pod("p/c");
  const std::vector<std::string> policies = {
      policy("p/guard-owner", R"(
  podSelector: {matchLabels: {pod: one}}
  ingress: [{from: [{podSelector: {matchLabels: {pod: b}}}]}]
)"),
      only_with("[{podSelector: {matchLabels: {pod: two}}}]")};
  for (const auto& claims : kClaims) {
    SCOPED_TRACE(claims.rule);
    add_claimant("one", "p/c", claims.better);
    add_claimant("two", "p/c", claims.worse);
    enforce(policies);
    EXPECT_TRUE(traffic_is(R"(
  p/b -> p/c  80/TCP ICMP: allowed
  q/a, internet -> p/c  80/TCP ICMP: denied
  p/c -> p/a  80/TCP ICMP: denied
  p/a -> p/c  80/TCP ICMP: denied
)"));

    add_claimant("one", "p/c", claims.worse);
    add_claimant("two", "p/c", claims.better);
    enforce(policies);
    EXPECT_TRUE(traffic_is(R"(
  p/a, p/b, q/a, internet -> p/c  80/TCP ICMP: allowed
  p/c -> p/a  80/TCP ICMP: allowed
)"));
  }
}

// All traffic of the address is denied, and it matches no peer, whatever the labels.
TEST_P(AddressOwners, Line19_OfTwoPodsWithEqualClaimsNeitherOwnsTheAddress) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  delete_pod("p/c");
  const std::string here = playground().endpoint("p/c").node;
  const std::vector<std::string> policies = {only_with(
      "[{podSelector: {matchExpressions: [{key: pod, operator: In, values: [one, two]}]}}]")};
  for (const auto& nodes : {std::pair(here, here), std::pair(here, std::string("node-2")),
                            std::pair(std::string("node-2"), here)}) {
    SCOPED_TRACE(nodes.first + " and " + nodes.second);
    add_claimant("one", "p/c", [&](Pod& pod) { pod.node_name = nodes.first; });
    add_claimant("two", "p/c", [&](Pod& pod) { pod.node_name = nodes.second; });
    enforce(policies);
    EXPECT_TRUE(traffic_is(R"(
  p/a, p/b, q/a, q/b, internet -> p/c  80/TCP 80/UDP 80/SCTP ICMP: denied
  p/c -> p/a, p/b, q/a, q/b, internet  80/TCP 80/UDP 80/SCTP ICMP: denied
)"));

    delete_pod("p/two");
    add_claimant("one", "p/c", unchanged);
    enforce(policies);
    EXPECT_TRUE(traffic_is(R"(
  p/a, p/b, q/a, internet -> p/c  80/TCP ICMP: allowed
  p/c -> p/a, p/b, q/a, internet  80/TCP ICMP: allowed
)"));
  }
}

}  // namespace
}  // namespace portcullis::test

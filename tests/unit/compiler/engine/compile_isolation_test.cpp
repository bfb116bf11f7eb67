#include <gtest/gtest.h>

#include "tests/support/model/cluster_builder.h"
#include "tests/unit/compiler/engine/verdict.h"

// Lines 1 to 6 and 9 of SEMANTICS: isolation, and the effects of changes.
namespace portcullis::test::compile_isolation_test {
namespace {

constexpr const char* kWeb = "10.0.0.1";
constexpr const char* kApi = "10.0.0.2";
constexpr const char* kFar = "10.0.1.3";  // app=api on the other node
constexpr const char* kOutside = "192.0.2.1";

// The pods of one namespace on two nodes, and the test's additions.
ClusterState shop(const std::vector<Event>& more) {
  auto state = cluster({ns("shop"), pod("shop/web", kWeb).labels("app=web"),
                        pod("shop/api", kApi).labels("app=api"),
                        pod("shop/far", kFar).labels("app=api").on("n2")});
  for (const auto& event : more) state.apply(event);
  return state;
}

TEST(CompileIsolation, NobodyIsIsolatedWithoutPolicies) {
  const auto state = shop({});
  EXPECT_TRUE(connects(state, kOutside, kWeb));
  EXPECT_TRUE(connects(state, kWeb, kApi));
  EXPECT_TRUE(connects(state, kWeb, kOutside, icmp()));
}

TEST(CompileIsolation, PolicyIsolatesWhatItSelectsInItsNamespaceOnly) {
  const auto state =
      shop({policy("shop/deny", "app=web").ingress(), policy("bank/deny").ingress().egress()});
  EXPECT_FALSE(connects(state, kApi, kWeb));
  EXPECT_TRUE(connects(state, kWeb, kApi));
  EXPECT_TRUE(connects(state, kOutside, kApi));
}

TEST(CompileIsolation, IsByDirection) {
  const auto ingress = shop({policy("shop/deny", "app=web").ingress()});
  EXPECT_FALSE(connects(ingress, kApi, kWeb));
  EXPECT_TRUE(connects(ingress, kWeb, kApi));
  const auto egress = shop({policy("shop/deny", "app=web").egress()});
  EXPECT_TRUE(connects(egress, kApi, kWeb));
  EXPECT_FALSE(connects(egress, kWeb, kApi));
}

TEST(CompileIsolation, RulesOfADirectionThatIsNotIsolatedMeanNothing) {
  auto half = policy("shop/half", "app=web").ingress();
  half.value().egress = {to({pods("app=api")})};  // policyTypes: [Ingress]
  EXPECT_TRUE(connects(shop({half}), kWeb, kOutside));
}

TEST(CompileIsolation, ConnectionNeedsBothDirections) {
  const auto out = policy("shop/out", "app=web").egress(to({pods("app=api")}));
  const auto in = policy("shop/in", "app=api").ingress(from({pods("app=web")}));
  const auto no_out = policy("shop/out", "app=web").egress();
  const auto no_in = policy("shop/in", "app=api").ingress();
  for (const auto* destination : {kApi, kFar}) {
    EXPECT_TRUE(connects(shop({out, in}), kWeb, destination));
    EXPECT_FALSE(connects(shop({no_out, in}), kWeb, destination));
    EXPECT_FALSE(connects(shop({out, no_in}), kWeb, destination));
  }
}

TEST(CompileIsolation, PoliciesAddUp) {
  const auto state =
      shop({policy("shop/deny").ingress(),
            policy("shop/a", "app=web").ingress(from({pods("app=api")}).tcp(80)),
            policy("shop/b", "app=web").ingress(from({block(kOutside + std::string("/32"))}))});
  EXPECT_TRUE(connects(state, kApi, kWeb, tcp(80)));
  EXPECT_FALSE(connects(state, kApi, kWeb, tcp(81)));
  EXPECT_TRUE(connects(state, kOutside, kWeb, tcp(81)));
}

TEST(CompileIsolation, DenyAllAndAllowAll) {
  const auto denied = shop({policy("shop/p", "app=web").ingress()});
  const auto allowed = shop({policy("shop/p", "app=web").ingress(from())});
  for (const auto* source : {kApi, kFar, kOutside}) {
    EXPECT_FALSE(connects(denied, source, kWeb));
    EXPECT_TRUE(connects(allowed, source, kWeb));
    EXPECT_FALSE(connects(denied, source, kWeb, icmp()));
    EXPECT_TRUE(connects(allowed, source, kWeb, icmp()));
  }
}

TEST(CompileIsolation, RuleWithoutPeersIsForEveryAddress) {
  const auto state = shop({policy("shop/p", "app=web").ingress(from().tcp(80))});
  EXPECT_TRUE(connects(state, kOutside, kWeb, tcp(80)));
  EXPECT_TRUE(connects(state, kFar, kWeb, tcp(80)));
  EXPECT_FALSE(connects(state, kOutside, kWeb, tcp(81)));
}

TEST(CompileIsolation, DirectionsOfOnePolicyAreNeverMixed) {
  const auto state = shop({policy("shop/p", "app=web")
                               .ingress(from({pods("app=none")}))
                               .egress(to({pods("app=api")}).tcp(80))});
  EXPECT_TRUE(connects(state, kWeb, kApi, tcp(80)));
  EXPECT_FALSE(connects(state, kApi, kWeb, tcp(80)));
}

TEST(CompileIsolation, PeersThatMatchNobodyStillIsolate) {
  const auto state = shop({policy("shop/p", "app=web").ingress(from({pods("app=none")}))});
  EXPECT_FALSE(connects(state, kApi, kWeb));
  EXPECT_FALSE(connects(state, kOutside, kWeb));
}

TEST(CompileIsolation, MalformedPolicyIsolatesAndAllowsNothing) {
  const auto state = shop({policy("shop/broken", "app=web").ingress().egress().malformed()});
  EXPECT_FALSE(connects(state, kApi, kWeb));
  EXPECT_FALSE(connects(state, kWeb, kApi));
  EXPECT_TRUE(connects(state, kApi, kFar));
}

TEST(CompileChanges, PolicyThatGoesOpensThePod) {
  auto state = shop({policy("shop/deny").ingress()});
  state.apply(PolicyEvent{key("shop/deny"), nullptr});
  EXPECT_TRUE(connects(state, kOutside, kWeb));
}

TEST(CompileChanges, SubjectsFollowTheirLabels) {
  auto state = shop({policy("shop/deny", "app=web").ingress()});
  state.apply(pod("shop/web", kWeb).labels("app=other"));
  EXPECT_TRUE(connects(state, kOutside, kWeb));
  state.apply(pod("shop/web", kWeb).labels("app=web"));
  EXPECT_FALSE(connects(state, kOutside, kWeb));
}

TEST(CompileChanges, PeersFollowTheirLabels) {
  auto state = shop({policy("shop/p", "app=web").ingress(from({pods("app=api")}))});
  EXPECT_TRUE(connects(state, kFar, kWeb));
  state.apply(pod("shop/far", kFar).labels("app=ui").on("n2"));
  EXPECT_FALSE(connects(state, kFar, kWeb));
  EXPECT_TRUE(connects(state, kApi, kWeb));
}

TEST(CompileChanges, NamespaceRelabelTouchesEveryPodInIt) {
  auto state = shop({ns("bank", "env=prod"), pod("bank/a", "10.0.2.1"), pod("bank/b", "10.0.2.2"),
                     policy("shop/p", "app=web").ingress(from({pods_in("env=prod", "")}))});
  EXPECT_TRUE(connects(state, "10.0.2.1", kWeb));
  EXPECT_TRUE(connects(state, "10.0.2.2", kWeb));
  state.apply(ns("bank", "env=dev"));
  EXPECT_FALSE(connects(state, "10.0.2.1", kWeb));
  EXPECT_FALSE(connects(state, "10.0.2.2", kWeb));
}

TEST(CompileChanges, PodBeforeItsNamespaceMatchesOnlyTheEmptySelector) {
  const std::vector<Event> orphan = {pod("bank/a", "10.0.2.1")};
  const auto labelled = policy("shop/p", "app=web").ingress(from({pods_in("env!=dev", "")}));
  const auto any = policy("shop/p", "app=web").ingress(from({pods_in("", "")}));
  EXPECT_FALSE(connects(shop({orphan[0], labelled}), "10.0.2.1", kWeb));
  EXPECT_TRUE(connects(shop({orphan[0], any}), "10.0.2.1", kWeb));
  EXPECT_TRUE(connects(shop({orphan[0], labelled, ns("bank", "env=prod")}), "10.0.2.1", kWeb));
}

TEST(CompileChanges, SubjectNeedsNoNamespaceObject) {
  const auto state = cluster({pod("shop/web", kWeb), policy("shop/deny").ingress()});
  EXPECT_FALSE(connects(state, kOutside, kWeb));
}

}  // namespace
}  // namespace portcullis::test::compile_isolation_test

#include "compiler/verdict/evaluate.h"

#include <gtest/gtest.h>

#include "tests/support/model/cluster_builder.h"

// Every compile_*_test compares the verdicts with the ruleset's; these tests cover what only the
// evaluator reports.
namespace portcullis::test::evaluate_test {
namespace {

constexpr const char* kWeb = "10.0.0.1";
constexpr const char* kApi = "10.0.0.2";
constexpr const char* kOutside = "192.0.2.1";

Evaluation evaluated(const ClusterState& cluster, const char* from, const char* to,
                     std::uint16_t port = 80) {
  return evaluate(cluster, {address(from), address(to), 6, port});
}

ClusterState shop(const std::vector<Event>& more) {
  auto state =
      cluster({pod("shop/web", kWeb).labels("app=web"), pod("shop/api", kApi).labels("app=api")});
  for (const auto& event : more) state.apply(event);
  return state;
}

TEST(Evaluate, OpenDirectionHasNoPoliciesAndNoRule) {
  const auto verdict = evaluated(shop({}), kApi, kWeb);
  EXPECT_TRUE(verdict.allowed());
  for (const auto& direction : {verdict.egress, verdict.ingress}) {
    EXPECT_FALSE(direction.isolated);
    EXPECT_TRUE(direction.allowed());
    EXPECT_TRUE(direction.policies.empty());
    EXPECT_EQ(direction.rule, std::nullopt);
  }
}

TEST(Evaluate, NamesThePoliciesThatSelectByDirection) {
  const auto state = shop({policy("shop/z", "app=web").ingress(), policy("shop/a").ingress(),
                           policy("shop/other", "app=none").ingress(),
                           policy("shop/out", "app=web").egress(), policy("bank/x").ingress()});
  const auto verdict = evaluated(state, kApi, kWeb);
  EXPECT_FALSE(verdict.egress.isolated);
  EXPECT_TRUE(verdict.ingress.isolated);
  EXPECT_EQ(verdict.ingress.policies, (std::vector{key("shop/a"), key("shop/z")}));
  EXPECT_FALSE(verdict.ingress.allowed());
}

TEST(Evaluate, NamesTheFirstRuleThatAllows) {
  const auto state =
      shop({policy("shop/a", "app=web").ingress(from({pods("app=none")})),
            policy("shop/b", "app=web").ingress({from({pods("app=api")}).tcp(81), from().tcp(80)}),
            policy("shop/c", "app=web").ingress(from())});
  const auto verdict = evaluated(state, kApi, kWeb).ingress;
  EXPECT_TRUE(verdict.allowed());
  EXPECT_EQ(verdict.rule, (RuleReference{key("shop/b"), 1}));
  EXPECT_EQ(verdict.policies.size(), 3u);
  EXPECT_EQ(evaluated(state, kApi, kWeb, 81).ingress.rule, (RuleReference{key("shop/b"), 0}));
}

TEST(Evaluate, TellsWhichDirectionDenies) {
  const auto state =
      shop({policy("shop/out", "app=api").egress(), policy("shop/in", "app=web").ingress(from())});
  const auto verdict = evaluated(state, kApi, kWeb);
  EXPECT_FALSE(verdict.allowed());
  EXPECT_FALSE(verdict.egress.allowed());
  EXPECT_TRUE(verdict.ingress.allowed());
}

NearestMiss nearest(const std::vector<PolicyRule>& rules) {
  const auto verdict = evaluated(shop({policy("shop/p", "app=web").ingress(rules)}), kApi, kWeb);
  return verdict.ingress.nearest_miss.value_or(NearestMiss{});
}

TEST(Evaluate, NearestMissDiffersInPortsBeforePeers) {
  EXPECT_EQ(nearest({from({pods("app=none")}).tcp(80), from({pods("app=api")}).tcp(81)}),
            (NearestMiss{{key("shop/p"), 1}, true, false}));
  EXPECT_EQ(nearest({from({pods("app=none")}).tcp(81), from({pods("app=none")}).tcp(80)}),
            (NearestMiss{{key("shop/p"), 1}, false, true}));
  EXPECT_EQ(nearest({from({pods("app=none")}).tcp(81)}),
            (NearestMiss{{key("shop/p"), 0}, false, false}));
}

TEST(Evaluate, NearestMissIsOfTheProtocolIfAnyIs) {
  EXPECT_EQ(nearest({from().udp(80), from().tcp(81), from().tcp(82)}),
            (NearestMiss{{key("shop/p"), 1}, true, false}));
}

TEST(Evaluate, NothingIsMissedWhereARuleAllowsOrNoneIs) {
  const auto allowed = evaluated(
      shop({policy("shop/p", "app=web").ingress({from().tcp(81), from().tcp(80)})}), kApi, kWeb);
  EXPECT_EQ(allowed.ingress.nearest_miss, std::nullopt);
  const auto denied = evaluated(shop({policy("shop/p").ingress()}), kApi, kWeb);
  EXPECT_EQ(denied.ingress.reason, Reason::kNoRule);
  EXPECT_EQ(denied.ingress.nearest_miss, std::nullopt);
}

TEST(Evaluate, AddressOfNoPodIsNeverIsolated) {
  const auto verdict = evaluated(shop({policy("shop/deny").ingress().egress()}), kOutside, kWeb);
  EXPECT_FALSE(verdict.egress.isolated);
  EXPECT_FALSE(verdict.ingress.allowed());
}

TEST(Evaluate, PodReachesItself) {
  EXPECT_TRUE(evaluated(shop({policy("shop/deny").ingress().egress()}), kWeb, kWeb).allowed());
}

TEST(Evaluate, MalformedPodIsIsolatedByNoPolicy) {
  const auto verdict = evaluated(shop({pod("shop/bad", "10.0.0.3").malformed()}), kWeb, "10.0.0.3");
  EXPECT_TRUE(verdict.ingress.isolated);
  EXPECT_FALSE(verdict.ingress.allowed());
  EXPECT_TRUE(verdict.ingress.policies.empty());
}

TEST(Evaluate, ContestedAddressIsNobodysPeer) {
  const auto state = shop({pod("shop/twin", kApi).labels("app=api"),
                           policy("shop/p", "app=web").ingress(from({pods("app=api")}))});
  const auto verdict = evaluated(state, kApi, kWeb);
  EXPECT_FALSE(verdict.egress.allowed());
  EXPECT_FALSE(verdict.ingress.allowed());
}

TEST(Evaluate, TrafficWithoutPortsMatchesRulesWithoutPortsOnly) {
  const auto state = shop(
      {policy("shop/p", "app=web")
           .ingress({from().every_port(Protocol::kTcp).named("http"), from({pods("app=api")})})});
  const Connection ping{address(kApi), address(kWeb), 1, std::nullopt};
  EXPECT_EQ(evaluate(state, ping).ingress.rule, (RuleReference{key("shop/p"), 1}));
  const Connection outside{address(kOutside), address(kWeb), 1, std::nullopt};
  EXPECT_FALSE(evaluate(state, outside).allowed());
}

}  // namespace
}  // namespace portcullis::test::evaluate_test

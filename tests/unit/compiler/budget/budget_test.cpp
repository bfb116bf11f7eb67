#include "compiler/model/budget.h"

#include <gtest/gtest.h>

#include "compiler/verdict/evaluate.h"
#include "tests/support/model/cluster_builder.h"
#include "tests/support/oracle/compile.h"

namespace portcullis::test {
namespace {

constexpr const char* kWeb = "10.0.0.1";
constexpr const char* kApi = "10.0.0.2";

// With these the rules below are within the limit, and one more is not.
Budgets budgets() {
  Budgets budgets;
  budgets.policy.says = {2, 3, 4, 5};
  budgets.profile.says = {3, 9, 9, 9};
  return budgets;
}

ClusterState with(const std::vector<PolicyBuilder>& policies) {
  ClusterState cluster(budgets());
  cluster.apply(pod("shop/web", kWeb).labels("app=web"));
  cluster.apply(pod("shop/api", kApi).labels("app=api"));
  for (const auto& each : policies) cluster.apply(each);
  return cluster;
}

DirectionVerdict ingress(const ClusterState& cluster) {
  return evaluate(cluster, {address(kApi), address(kWeb), 6, 80}).ingress;
}

TEST(PolicySize, CountsWhatIsWritten) {
  auto builder = policy("shop/p", "app=web,tier")
                     .ingress({from({pods("a=1,b,!c"), pods_in("x,y", "z"), pods("")})
                                   .tcp(80)
                                   .range(Protocol::kUdp, 1, 9),
                               from({block("10.0.0.0/8", {"10.1.0.0/16", "10.2.0.0/16"})})})
                     .egress(to().named("dns"));
  EXPECT_EQ(size_of(builder.value()), (PolicySize{3, 3, 9, 3}));
}

TEST(Budget, PolicyWithinItIsEnforced) {
  const auto cluster =
      with({policy("shop/p", "app=web").ingress({from().tcp(80), from().tcp(81)})});
  EXPECT_TRUE(cluster.excesses().empty());
  EXPECT_TRUE(ingress(cluster).allowed());
}

TEST(Budget, PolicyBeyondItIsMalformed) {
  const std::vector<std::pair<PolicyRule, const char*>> rules = {
      {from().tcp(80).tcp(81).tcp(82).tcp(83), "it has 4 ports; the limit is 3 (ports)"},
      {from({pods("a,b,c,d,e")}), "it has 6 requirements of selectors; the limit is 4 (peers)"},
      {from({block("10.0.0.0/8",
                   {"10.0.0.0/9", "10.0.0.0/10", "10.0.0.0/11", "10.0.0.0/12", "10.0.0.0/13"})}),
       "it has 6 networks with their exceptions; the limit is 5 (cidrs)"}};
  for (const auto& [rule, why] : rules) {
    const auto cluster = with({policy("shop/p", "app=web").ingress(rule)});
    EXPECT_EQ(cluster.excesses().at(key("shop/p")), why);
    EXPECT_TRUE(cluster.policies().at(key("shop/p"))->malformed);
    EXPECT_TRUE(cluster.policies().at(key("shop/p"))->ingress.empty());
    EXPECT_EQ(ingress(cluster).reason, Reason::kNoRule);
  }
}

// Each set costs the kernel time, whatever direction it is for.
TEST(Budget, SetsOfBothDirectionsAreCountedTogether) {
  const auto rules = [](int count) {
    std::vector<PolicyRule> made;
    for (int i = 0; i < count; ++i) {
      const std::vector<PolicyPeer> peers = {pods("a=" + std::to_string(i))};
      made.push_back(from(peers).tcp(static_cast<std::uint16_t>(1 + i)));
    }
    return made;
  };
  const auto excess_of = [&](int ingress, int egress) {
    ClusterState cluster;
    cluster.apply(policy("shop/p").ingress(rules(ingress)).egress(rules(egress)));
    const auto found = cluster.excesses().find(key("shop/p"));
    return found == cluster.excesses().end() ? "" : found->second;
  };
  EXPECT_EQ(excess_of(640, 0), "");
  EXPECT_EQ(excess_of(320, 320), "");
  EXPECT_EQ(excess_of(641, 0), "it may need 641 sets; the limit is 640 (sets)");
  EXPECT_EQ(excess_of(320, 321), "it may need 641 sets; the limit is 640 (sets)");
}

TEST(Budget, PolicyThatCameBackWithinItIsEnforced) {
  const auto rule = from().tcp(80);
  auto cluster = with({policy("shop/p", "app=web").ingress({rule, rule, rule})});
  EXPECT_FALSE(ingress(cluster).allowed());
  EXPECT_FALSE(cluster.apply(policy("shop/p", "app=web").ingress({rule, rule, rule})));
  cluster.apply(policy("shop/p", "app=web").ingress({rule, rule}));
  EXPECT_TRUE(cluster.excesses().empty());
  EXPECT_TRUE(ingress(cluster).allowed());
  cluster.apply(policy("shop/p", "app=web").ingress({rule, rule, rule}));
  cluster.apply(PolicyEvent{key("shop/p"), nullptr});
  EXPECT_TRUE(cluster.excesses().empty());
}

TEST(Budget, OtherPoliciesOfThePodStayInForce) {
  const auto rule = from().tcp(81);
  const auto cluster = with({policy("shop/large", "app=web").ingress({rule, rule, rule}),
                             policy("shop/small", "app=web").ingress(from().tcp(80))});
  EXPECT_TRUE(ingress(cluster).allowed());
}

// Each single policy is small.
TEST(Budget, ProfileBeyondItIsAllowedNothingInThatDirection) {
  const auto rule = from().tcp(80);
  const auto cluster = with({policy("shop/a", "app=web").ingress({rule, rule}),
                             policy("shop/b", "app=web").ingress({rule, rule}),
                             policy("shop/c", "app=web").egress(to().tcp(80)),
                             policy("shop/d", "app=api").ingress(rule)});
  const auto verdict = ingress(cluster);
  EXPECT_EQ(verdict.reason, Reason::kOverBudget);
  EXPECT_EQ(verdict.excess, "it has 4 rules; the limit is 3 (rules)");
  const auto reverse = evaluate(cluster, {address(kWeb), address(kApi), 6, 80});
  EXPECT_TRUE(reverse.allowed());

  const auto compiled = compile_all(cluster, "n1");
  ASSERT_EQ(compiled.rejected.size(), 1U);
  EXPECT_EQ(compiled.rejected[0].object, "ingress of the pods that shop/a, shop/b select");
  EXPECT_TRUE(compiled.ruleset.chains.contains("in-quarantine"));
  EXPECT_FALSE(compiled.ruleset.chains.contains("out-quarantine"));
}

TEST(Budget, RejectionNamesThePolicyAndItsFile) {
  auto large = policy("shop/p", "app=web").ingress({from(), from(), from()});
  large.value().origin = "web.yaml, document 2";
  const auto rejected = rejected_policies(with({large}));
  ASSERT_EQ(rejected.size(), 1U);
  EXPECT_EQ(rejected[0].object, "NetworkPolicy shop/p");
  EXPECT_EQ(rejected[0].origin, "web.yaml, document 2");
  EXPECT_TRUE(is_policy(rejected[0]));
}

}  // namespace
}  // namespace portcullis::test

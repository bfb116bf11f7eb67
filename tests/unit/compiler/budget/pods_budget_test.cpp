#include <gtest/gtest.h>

#include "compiler/engine/incremental_compiler.h"
#include "tests/support/model/cluster_builder.h"
#include "tests/support/model/find_set.h"
#include "tests/support/oracle/compile.h"

// The number of pods that a profile's peers select is limited too, and changes over time.
namespace portcullis::test::pods_budget_test {
namespace {

constexpr std::size_t kMost = 20;

Budgets budgets() {
  Budgets budgets;
  budgets.pods = kMost;
  return budgets;
}

// Two sets: each pod counts twice.
std::vector<Event> shop() {
  return {pod("shop/web", "10.1.0.1").labels("app=web"),
          policy("shop/p", "app=web")
              .ingress({from({pods("!app")}).tcp(80), from({pods("!app,!other")}).tcp(81)})};
}

// The same pod, as isolated as in quarantine.
std::vector<Event> without_rules() {
  return {shop().front(), policy("shop/p", "app=web").ingress()};
}

Event peer(int number) {
  const auto text = std::to_string(number);
  return pod("shop/" + text, "10.0.0." + text).on("n2");
}

std::vector<Event> peers(int first, int last) {
  std::vector<Event> events;
  for (int i = first; i <= last; ++i) events.push_back(peer(i));
  return events;
}

std::vector<Event> without(int first, int last) {
  std::vector<Event> events;
  for (int i = first; i <= last; ++i) events.push_back(removal_of(peer(i)));
  return events;
}

class PodsBudget : public ::testing::Test {
 protected:
  PodsBudget() {
    compiler_.apply({.events = shop()});
    compiler_.apply({.events = peers(1, kMost / 2)});
  }

  bool quarantined() const {
    return find_set(compiler_.ruleset(), "ingress-v4").elements.at(0).jump == "in-quarantine";
  }

  IncrementalCompiler compiler_{"n1", budgets()};
};

TEST_F(PodsBudget, ProfileWithinItIsEnforced) {
  EXPECT_FALSE(quarantined());
  EXPECT_TRUE(compiler_.rejected().empty());
}

TEST_F(PodsBudget, ProfileThatOutgrowsItIsQuarantined) {
  compiler_.apply({.events = peers(11, 11)});
  EXPECT_TRUE(quarantined());
  EXPECT_EQ(compiler_.ruleset(), compile(compiler_.cluster(), "n1"));
  ASSERT_EQ(compiler_.rejected().size(), 1U);
  EXPECT_EQ(compiler_.rejected(), compile_all(compiler_.cluster(), "n1").rejected);
}

TEST_F(PodsBudget, ProfileThatComesBeyondItNeverTakesItsSets) {
  compiler_.apply({.events = without(1, kMost / 2)});
  IncrementalCompiler late("n1", budgets());
  late.apply({.events = peers(1, 100)});
  late.apply({.events = shop()});
  IncrementalCompiler alone("n1", budgets());
  alone.apply({.events = without_rules()});
  EXPECT_EQ(late.size().sets, alone.size().sets);
  EXPECT_EQ(late.size().elements, alone.size().elements);
}

TEST_F(PodsBudget, ProfileIsEnforcedAgainOnceATenthOfAllPodsIsGone) {
  compiler_.apply({.events = peers(11, 12)});
  compiler_.apply({.events = without(12, 12)});
  EXPECT_TRUE(quarantined());
  compiler_.apply({.events = without(10, 11)});
  EXPECT_FALSE(quarantined());
  EXPECT_EQ(compiler_.ruleset(), compile(compiler_.cluster(), "n1"));
}

TEST_F(PodsBudget, AnotherPolicyIsJudgedAnew) {
  compiler_.apply({.events = peers(11, 11)});
  compiler_.apply({.events = {policy("shop/p", "app=web").ingress(from({pods("!app")}))}});
  EXPECT_FALSE(quarantined());
}

}  // namespace
}  // namespace portcullis::test::pods_budget_test

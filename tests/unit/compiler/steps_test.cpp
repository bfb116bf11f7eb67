#include "compiler/steps.h"

#include <gtest/gtest.h>

#include "compiler/compile.h"
#include "compiler/diff.h"
#include "tests/support/model/cluster_builder.h"

namespace portcullis::test {
namespace {

Ruleset compiled(const std::vector<Event>& events) { return compile(cluster(events), "n1"); }

std::vector<Event> shop(const PolicyRule& rule, const char* api_labels = "app=api") {
  return {pod("shop/web", "10.0.0.1").labels("app=web"),
          pod("shop/api", "10.0.0.2").labels(api_labels),
          policy("shop/p", "app=web").ingress(rule)};
}

// The verbs of each step: "add add set add chain | add element".
std::vector<std::vector<std::string>> verbs(const Ruleset& from, const Ruleset& to) {
  std::vector<std::vector<std::string>> all;
  for (const auto& step : steps(diff(from, to))) {
    auto& verbs = all.emplace_back();
    for (const auto& operation : step.operations) {
      const auto text = to_string(operation);
      const auto end = text.find(" inet portcullis");
      if (verbs.empty() || verbs.back() != text.substr(0, end))
        verbs.push_back(text.substr(0, end));
    }
  }
  return all;
}

using Steps = std::vector<std::vector<std::string>>;

TEST(Steps, NothingToDoIsNoStep) {
  const auto ruleset = compiled(shop(from().tcp(80)));
  EXPECT_TRUE(steps(diff(ruleset, ruleset)).empty());
}

TEST(Steps, MembersOfSetsInUseChangeInOne) {
  const auto rule = from({pods("app=api")}).tcp(80);
  EXPECT_EQ(verbs(compiled(shop(rule)), compiled(shop(rule, "app=other"))),
            (Steps{{"delete element"}}));
}

TEST(Steps, EditOfAPolicyIsPreparedSwitchedAndRemoved) {
  const auto before = compiled(shop(from({pods("app=api")}).tcp(80)));
  const auto after = compiled(shop(from({block("10.0.0.0/8")}).range(Protocol::kTcp, 80, 90)));
  EXPECT_EQ(verbs(before, after), (Steps{{"add set", "add chain", "add element", "add rule"},
                                         {"delete element", "add element"},
                                         {"flush chain", "delete set", "delete chain"}}));
}

TEST(Steps, AFreshTableIsWholeBeforeAnythingIsSentThroughItsChains) {
  const auto all = verbs({}, compiled(shop(from().tcp(80))));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].front(), "add table");
  EXPECT_EQ(all[1], (std::vector<std::string>{"add element"}));
}

TEST(Steps, RulesOfAChainInUseAreSwitched) {
  const auto wanted = compiled(shop(from().tcp(80)));
  auto tampered = wanted;
  tampered.chains["forward"].rules.pop_back();
  EXPECT_EQ(verbs(tampered, wanted), (Steps{{"flush chain", "add rule"}}));
}

TEST(Steps, AReplacedTableIsOne) {
  const auto wanted = compiled(shop(from().tcp(80)));
  auto tampered = wanted;
  tampered.chains["forward"].spec.base->priority = 5;
  EXPECT_EQ(steps(diff(tampered, wanted)).size(), 1U);
}

}  // namespace
}  // namespace portcullis::test

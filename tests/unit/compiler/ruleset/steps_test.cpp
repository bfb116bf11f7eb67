#include "compiler/ruleset/steps.h"

#include <gtest/gtest.h>

#include "compiler/ruleset/diff.h"
#include "compiler/ruleset/operation.h"
#include "tests/support/model/cluster_builder.h"
#include "tests/support/oracle/compile.h"

namespace portcullis::test {
namespace {

Ruleset compiled(const std::vector<Event>& events) { return compile(cluster(events), "n1"); }

std::vector<Event> shop(const PolicyRule& rule, const char* api_labels = "app=api") {
  return {pod("shop/web", "10.0.0.1").labels("app=web"),
          pod("shop/api", "10.0.0.2").labels(api_labels),
          policy("shop/p", "app=web").ingress(rule)};
}

using Verbs = std::vector<std::vector<std::string>>;

// The verbs of each step: "add add set add chain | add element".
Verbs verbs(const Ruleset& from, const Ruleset& to) {
  Verbs all;
  const auto todo = steps(diff(from, to));
  for (const auto* step : {&todo.prepare, &todo.exchange, &todo.remove}) {
    if (step->empty()) continue;
    auto& verbs = all.emplace_back();
    for (const auto& operation : operations(*step)) {
      const auto text = to_string(operation);
      const auto end = text.find(" inet portcullis");
      if (verbs.empty() || verbs.back() != text.substr(0, end))
        verbs.push_back(text.substr(0, end));
    }
  }
  return all;
}

TEST(Steps, NothingToDoIsNoStep) {
  const auto ruleset = compiled(shop(from().tcp(80)));
  EXPECT_EQ(verbs(ruleset, ruleset), Verbs{});
}

TEST(Steps, MembersOfSetsInUseChangeInOne) {
  const auto rule = from({pods("app=api")}).tcp(80);
  EXPECT_EQ(verbs(compiled(shop(rule)), compiled(shop(rule, "app=other"))),
            (Verbs{{"delete element"}}));
}

TEST(Steps, PodsComeAndGoInOneWhilePoliciesStay) {
  const auto rule = from({pods("app=api")}).tcp(80);
  auto more = shop(rule);
  more.push_back(pod("shop/web-2", "10.0.0.3").labels("app=web"));
  EXPECT_EQ(verbs(compiled(shop(rule)), compiled(more)), (Verbs{{"add element"}}));
}

TEST(Steps, EditOfAPolicyIsPreparedSwitchedAndRemoved) {
  const auto before = compiled(shop(from({pods("app=api")}).tcp(80)));
  const auto after = compiled(shop(from({block("10.0.0.0/8")}).range(Protocol::kTcp, 80, 90)));
  const auto all = verbs(before, after);
  ASSERT_EQ(all.size(), 3U);
  for (const auto& verb : all[0]) EXPECT_TRUE(verb.starts_with("add ")) << verb;
  EXPECT_EQ(all[1], (std::vector<std::string>{"delete element", "add element"}));
  EXPECT_EQ(all[2], (std::vector<std::string>{"flush chain", "delete set", "delete chain"}));
}

TEST(Steps, AFreshTableIsWholeBeforePacketsMeetItsRules) {
  const auto all = verbs({}, compiled(shop(from().tcp(80))));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].front(), "add table");
  EXPECT_EQ(all[1], (std::vector<std::string>{"flush chain", "add rule"}));
}

TEST(Steps, RulesOfAChainInUseAreSwitched) {
  const auto wanted = compiled(shop(from().tcp(80)));
  auto tampered = wanted;
  tampered.chains["forward"].rules.pop_back();
  EXPECT_EQ(verbs(tampered, wanted), (Verbs{{"flush chain", "add rule"}}));
}

TEST(Steps, AReplacedTableIsOne) {
  const auto wanted = compiled(shop(from().tcp(80)));
  auto tampered = wanted;
  tampered.chains["forward"].spec.base->priority = 5;
  EXPECT_EQ(verbs(tampered, wanted).size(), 1U);
}

}  // namespace
}  // namespace portcullis::test

#include "compiler/model/selector.h"

#include <gtest/gtest.h>

#include "tests/support/model/cluster_builder.h"

namespace portcullis::test::selector_test {
namespace {

LabelSelector in(const char* key, std::vector<std::string> values) {
  return LabelSelector({{key, Operator::kIn, std::move(values)}});
}

LabelSelector not_in(const char* key, std::vector<std::string> values) {
  return LabelSelector({{key, Operator::kNotIn, std::move(values)}});
}

TEST(LabelSelector, MatchesByEachOperator) {
  struct Case {
    LabelSelector selector;
    bool matches_missing;
    bool matches_web;
    bool matches_api;
    bool matches_empty;
  };
  const Case cases[] = {
      {selector(""), true, true, true, true},
      {selector("app=web"), false, true, false, false},
      {in("app", {"web", "api"}), false, true, true, false},
      {in("app", {""}), false, false, false, true},
      {selector("app!=web"), true, false, true, true},
      {not_in("app", {"web", "api"}), true, false, false, true},
      {selector("app"), false, true, true, true},
      {selector("!app"), true, false, false, false},
  };
  for (const auto& [selector, missing, web, api, empty] : cases) {
    EXPECT_EQ(selector.matches(labels("tier=db")), missing) << to_string(selector);
    EXPECT_EQ(selector.matches(labels("app=web")), web) << to_string(selector);
    EXPECT_EQ(selector.matches(labels("app=api,tier=db")), api) << to_string(selector);
    EXPECT_EQ(selector.matches(labels("app=")), empty) << to_string(selector);
  }
}

TEST(LabelSelector, AllRequirementsHoldTogether) {
  const auto both = selector("app=web,tier!=db");
  EXPECT_TRUE(both.matches(labels("app=web")));
  EXPECT_FALSE(both.matches(labels("app=web,tier=db")));
  EXPECT_FALSE(both.matches(labels("tier=ui")));
  EXPECT_FALSE(selector("app=web,app=api").matches(labels("app=web")));
}

TEST(LabelSelector, ComparesKeysAndValuesAsTheyAre) {
  EXPECT_FALSE(selector("app=web").matches(labels("app=Web")));
  EXPECT_FALSE(selector("app=web").matches(labels("App=web")));
  EXPECT_FALSE(selector("app=web").matches(labels("app=web1")));
}

TEST(LabelSelector, EqualHoweverItWasWritten) {
  EXPECT_EQ(selector("a=1,b=2"), selector("b=2,a=1"));
  EXPECT_EQ(selector("a=1,a=1"), selector("a=1"));
  EXPECT_EQ(in("a", {"2", "1", "2"}), in("a", {"1", "2"}));
  EXPECT_NE(selector("a=1"), selector("a!=1"));
}

TEST(LabelSelector, Subsumes) {
  struct Case {
    LabelSelector wide;
    LabelSelector narrow;
    bool subsumes;
  };
  const Case cases[] = {
      {selector(""), selector("app=web"), true},
      {selector("app=web"), selector(""), false},
      {selector("app=web"), selector("app=web,tier=db"), true},
      {selector("app=web,tier=db"), selector("app=web"), false},
      {in("app", {"web", "api"}), selector("app=web"), true},
      {selector("app=web"), in("app", {"web", "api"}), false},
      {selector("app"), selector("app=web"), true},
      {selector("app=web"), selector("app"), false},
      {selector("app"), selector("app!=web"), false},  // app may be missing
      {selector("!app"), selector("!app"), true},
      {selector("!app"), selector("app!=web"), false},
      {selector("app!=web"), selector("!app"), true},
      {selector("app!=web"), selector("app=api"), true},
      {selector("app!=web"), selector("app=web"), false},
      {selector("app!=web"), in("app", {"api", "web"}), false},
      {selector("app!=web"), not_in("app", {"web", "api"}), true},
      {not_in("app", {"web", "api"}), selector("app!=web"), false},
      {selector("app!=web"), selector("app"), false},
      {selector("app"), selector("tier"), false},
      {selector("app=web"), selector("tier=web"), false},
  };
  for (const auto& [wide, narrow, subsumes] : cases) {
    EXPECT_EQ(wide.subsumes(narrow), subsumes)
        << '"' << to_string(wide) << "\" and \"" << to_string(narrow) << '"';
  }
}

TEST(LabelSelector, PrintsAsKubectlTakesIt) {
  EXPECT_EQ(to_string(selector("")), "");
  EXPECT_EQ(to_string(selector("tier!=db,app=web")), "app=web,tier!=db");
  EXPECT_EQ(to_string(selector("new,!old")), "new,!old");
  EXPECT_EQ(to_string(in("tier", {"b", "a"})), "tier in (a,b)");
  EXPECT_EQ(to_string(not_in("tier", {"b", "a"})), "tier notin (a,b)");
}

}  // namespace
}  // namespace portcullis::test::selector_test

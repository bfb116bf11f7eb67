#include "compiler/engine/selector_index.h"

#include <gtest/gtest.h>

#include "tests/support/model/cluster_builder.h"

namespace portcullis::test {
namespace {

using Found = std::vector<int>;

LabelSelector in(const char* key, std::vector<std::string> values) {
  return LabelSelector({{key, Operator::kIn, std::move(values)}});
}

TEST(SelectorIndex, FindsWhatMatchesAndLeavesOutWhatCannot) {
  SelectorIndex<int> index;
  index.add("shop", selector("app=web"), 1);
  index.add("shop", selector("app=api"), 2);
  index.add("bank", selector("app=web"), 3);
  index.add("", selector("app=web"), 4);
  index.add("", selector("tier"), 5);
  index.add("shop", in("app", {"api", "web"}), 6);
  EXPECT_EQ(index.candidates("shop", labels("app=web")), (Found{1, 4, 6}));
  EXPECT_EQ(index.candidates("bank", labels("app=web,tier=a")), (Found{3, 4, 5}));
  EXPECT_EQ(index.candidates("shop", labels("")), Found{});
}

TEST(SelectorIndex, SelectorsThatRequireNoLabelMayMatchAnything) {
  SelectorIndex<int> index;
  index.add("shop", selector(""), 1);
  index.add("shop", selector("app!=web"), 2);
  index.add("", selector("!app"), 3);
  EXPECT_EQ(index.candidates("shop", labels("app=web")), (Found{1, 2, 3}));
  EXPECT_EQ(index.candidates("bank", labels("")), Found{3});
}

TEST(SelectorIndex, LooksUnderTheNarrowestRequirement) {
  SelectorIndex<int> index;
  index.add("", selector("app,env!=dev,name=x"), 1);
  index.add("", LabelSelector({{"app", Operator::kIn, {"a", "b"}}, {"name", Operator::kIn, {"y"}}}),
            2);
  EXPECT_EQ(index.candidates("shop", labels("app=a,name=x")), Found{1});
  EXPECT_EQ(index.candidates("shop", labels("app=c,name=y")), Found{2});
  EXPECT_EQ(index.candidates("shop", labels("app=a,name=z")), Found{});
}

// One policy may name a hundred thousand, and each would be a place in every index.
TEST(SelectorIndex, LooksUnderTheKeyOfVeryManyValues) {
  std::vector<std::string> values;
  for (int i = 0; i < 16'384; ++i) values.push_back("v" + std::to_string(i));
  EXPECT_EQ(anchors_of(in("app", values)), Anchors{"app"});
  values.pop_back();
  EXPECT_EQ(anchors_of(in("app", values)).size(), 16'383U);
}

TEST(SelectorIndex, EachIsFoundOnceAndForgottenOnce) {
  SelectorIndex<int> index;
  index.add("shop", selector("app=web"), 1);
  index.add("", selector("tier=a"), 1);
  EXPECT_EQ(index.candidates("shop", labels("app=web,tier=a")), Found{1});
  index.remove("shop", selector("app=web"), 1);
  EXPECT_EQ(index.candidates("shop", labels("app=web,tier=a")), Found{1});
  index.remove("", selector("tier=a"), 1);
  EXPECT_EQ(index.candidates("shop", labels("app=web,tier=a")), Found{});
}

}  // namespace
}  // namespace portcullis::test

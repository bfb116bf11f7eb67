#include "daemon/enforce/left_behind.h"

#include <gtest/gtest.h>

#include <string>

namespace portcullis {
namespace {

Ruleset chains(const std::string& names) {
  Ruleset ruleset;
  for (const char name : names) ruleset.chains[std::string(1, name)].spec.name = name;
  return ruleset;
}

std::string names(const Ruleset& ruleset) {
  std::string names;
  for (const auto& [name, chain] : ruleset.chains) names += name;
  return names;
}

LeftBehind::Time at(int seconds) { return LeftBehind::Time(std::chrono::seconds(seconds)); }

TEST(LeftBehind, IsDueInTheOrderInWhichItWasLeft) {
  LeftBehind left;
  EXPECT_EQ(left.due(), LeftBehind::Time::max());
  left.add(chains("ab"), at(10));
  left.add({}, at(11));
  left.add(chains("c"), at(20));
  EXPECT_EQ(names(left.all()), "abc");
  EXPECT_EQ(left.due(), at(10));
  EXPECT_EQ(names(left.due_at(at(9))), "");
  EXPECT_EQ(names(left.due_at(at(19))), "ab");
  EXPECT_EQ(names(left.due_at(at(20))), "abc");
  left.removed(at(19));
  EXPECT_EQ(names(left.all()), "c");
  left.removed(at(20));
  EXPECT_TRUE(left.empty());
}

TEST(LeftBehind, WhatIsPostponedHoldsUpWhatWasLeftLater) {
  LeftBehind left;
  left.add(chains("a"), at(10));
  left.add(chains("b"), at(20));
  left.postpone(at(10), at(30));
  EXPECT_EQ(names(left.due_at(at(29))), "") << "a may refer to b";
  EXPECT_EQ(names(left.due_at(at(30))), "ab");
}

TEST(LeftBehind, GivesBackWhatIsWantedAgain) {
  LeftBehind left;
  left.add(chains("ab"), at(10));
  left.add(chains("c"), at(20));
  EXPECT_EQ(names(left.take_back(chains("abd"))), "ab");
  EXPECT_EQ(names(left.all()), "c");
  EXPECT_EQ(left.due(), at(20));
}

TEST(LeftBehind, KeepsTheTimesOfWhatIsFoundAgain) {
  LeftBehind left;
  left.add(chains("ab"), at(10));
  left.add(chains("c"), at(20));
  left.found(chains("bxc"), at(30));
  EXPECT_EQ(names(left.due_at(at(10))), "b");
  EXPECT_EQ(names(left.due_at(at(20))), "bc");
  EXPECT_EQ(names(left.due_at(at(30))), "bcx");
  left.found({}, at(40));
  EXPECT_TRUE(left.empty());
}

}  // namespace
}  // namespace portcullis

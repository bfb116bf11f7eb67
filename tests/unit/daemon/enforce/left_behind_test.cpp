#include "daemon/enforce/left_behind.h"

#include <gtest/gtest.h>

#include <string>

namespace portcullis {
namespace {

ObjectNames chains(const std::string& names) {
  ObjectNames objects;
  for (const char name : names) objects.chains.insert(std::string(1, name));
  return objects;
}

std::string names(const ObjectNames& objects) {
  std::string names;
  for (const auto& name : objects.chains) names += name;
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
  Delta delta;
  for (const auto* name : {"a", "b", "d"}) delta.add.chains[name].spec.name = name;
  left.take_back(delta);
  EXPECT_EQ(names(names_of(delta.add)), "d");
  EXPECT_EQ(names(left.all()), "c");
  EXPECT_EQ(left.due(), at(20));
}

// The content of a set of pods may have changed meanwhile; that of a set of ranges has not.
TEST(LeftBehind, ExchangesTheElementsOfSetsThatAreWantedAgain) {
  LeftBehind left;
  ObjectNames objects;
  objects.sets = {"pods", "ranges"};
  left.add(objects, at(10));
  const Element element{ElementKey().append(*parse_address("10.0.0.1")), {}, {}};
  Delta delta;
  delta.add.sets["pods"] = {{"pods", {FieldType::kIpv4Addr}, false, false, ""}, {element}};
  delta.add.sets["ranges"] = {{"ranges", {FieldType::kIpv4Addr}, true, false, ""}, {}};
  left.take_back(delta);
  EXPECT_TRUE(left.empty());
  EXPECT_TRUE(delta.add.empty());
  ASSERT_EQ(delta.elements.size(), 1U);
  const auto& change = delta.elements.at("pods");
  EXPECT_TRUE(change.flush);
  EXPECT_TRUE(change.gone.empty());
  EXPECT_EQ(change.came, std::vector{element});
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

TEST(LeftBehind, ForgetsWhatGoesWithItsTable) {
  for (const auto change : {TableChange::kDelete, TableChange::kReplace}) {
    LeftBehind left;
    ObjectNames objects;
    objects.chains = {"a", "bridge b"};
    objects.sets = {"bridge c"};
    left.add(objects, at(10));
    objects = {};
    objects.counters = {"bridge d"};
    left.add(objects, at(20));
    Delta delta;
    delta.bridge = change;
    delta.add.chains["bridge b"].spec.name = "bridge b";
    left.take_back(delta);
    EXPECT_EQ(left.all(), chains("a"));
    EXPECT_TRUE(delta.add.chains.contains("bridge b")) << "it is not held any more";
    delta.bridge = TableChange::kAdd;
    delta.change = change;
    left.take_back(delta);
    EXPECT_TRUE(left.empty());
  }
}

}  // namespace
}  // namespace portcullis

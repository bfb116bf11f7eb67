#include "compiler/policy/port_set.h"

#include <gtest/gtest.h>

namespace portcullis::test {
namespace {

TEST(PortSet, RangesOfTwoProtocolsNeverTouch) {
  const PortSet whole = {port_interval(Protocol::kTcp, {0, 65535}),
                         port_interval(Protocol::kUdp, {0, 65535}),
                         port_interval(Protocol::kSctp, {0, 65535})};
  EXPECT_EQ(merge(whole), whole);
}

TEST(PortSet, RangesOfOneProtocolMerge) {
  const PortSet touching = {port_interval(Protocol::kTcp, {81, 90}),
                            port_interval(Protocol::kTcp, {80, 80})};
  EXPECT_EQ(merge(touching), PortSet{port_interval(Protocol::kTcp, {80, 90})});
}

TEST(PortSet, HoldsTheProtocolAboveThePort) {
  EXPECT_EQ(port_interval(Protocol::kUdp, {53, 54}), (Interval<std::uint32_t>{0x110035, 0x110036}));
}

PortSet tcp(std::uint16_t first, std::uint16_t last) {
  return {port_interval(Protocol::kTcp, {first, last})};
}

constexpr PartitionLimits kNoLimits{1'000'000, 1'000'000'000};

std::vector<WeightedPorts> weighted(const std::vector<PortSet>& sets, std::size_t weight = 1) {
  std::vector<WeightedPorts> weighted;
  for (const auto& set : sets) weighted.push_back({set, weight});
  return weighted;
}

std::optional<std::vector<PortClass>> partition(const std::vector<PortSet>& sets) {
  return portcullis::partition({}, weighted(sets), kNoLimits);
}

TEST(PortPartition, CutsWhatOverlaps) {
  const std::vector<PortClass> wanted = {
      {{0}, tcp(80, 89)}, {{0, 1}, tcp(90, 100)}, {{1}, tcp(101, 110)}};
  EXPECT_EQ(partition({tcp(80, 100), tcp(90, 110)}), wanted);
}

TEST(PortPartition, KeepsTogetherWhatTheSameSetsHave) {
  const PortSet web = {tcp(80, 80)[0], tcp(443, 443)[0]};
  const std::vector<PortClass> wanted = {{{0, 2}, web}, {{1}, tcp(81, 442)}};
  EXPECT_EQ(partition({web, tcp(81, 442), web}), wanted);
}

TEST(PortPartition, OfNothingIsNothing) {
  EXPECT_EQ(partition({}), std::vector<PortClass>{});
  EXPECT_EQ(partition({{}, {}}), std::vector<PortClass>{});
}

TEST(PortPartition, TakenPortsAreOneClassWhoeverElseHasThem) {
  const std::vector<PortClass> wanted = {
      {{}, tcp(85, 95)}, {{0}, tcp(80, 84)}, {{1}, tcp(96, 110)}};
  EXPECT_EQ(portcullis::partition(tcp(85, 95), weighted({tcp(80, 90), tcp(87, 110)}), kNoLimits),
            wanted);
}

// `count` ranges, each of which overlaps half of the others.
std::vector<PortSet> staircase(std::uint16_t count) {
  std::vector<PortSet> sets;
  for (std::uint16_t i = 0; i < count; ++i) {
    const auto first = static_cast<std::uint16_t>(10'000 + i);
    sets.push_back(tcp(first, static_cast<std::uint16_t>(first + count)));
  }
  return sets;
}

std::size_t weight_of(const std::vector<PortClass>& classes, std::size_t of_each) {
  std::size_t weight = 0;
  for (const auto& each : classes) weight += each.members.size() * of_each;
  return weight;
}

TEST(PortPartition, GivesUpBeyondItsLimits) {
  const auto sets = weighted(staircase(100), 10);
  const auto classes = portcullis::partition({}, sets, kNoLimits);
  ASSERT_TRUE(classes);
  const auto weight = weight_of(*classes, 10);
  EXPECT_TRUE(portcullis::partition({}, sets, {classes->size(), weight}));
  EXPECT_FALSE(portcullis::partition({}, sets, {classes->size() - 1, weight}));
  EXPECT_FALSE(portcullis::partition({}, sets, {classes->size(), weight - 1}));
}

// These have 64 million members in all classes.
TEST(PortPartition, GivesUpEarlyOnThousandsOfNestedRanges) {
  EXPECT_FALSE(portcullis::partition({}, weighted(staircase(8'000)), {100'000, 1'000'000}));
}

// Once everyone may use them, the other policies do not matter.
TEST(PortPartition, CostsNothingWhereEveryoneIsAllowed) {
  const auto classes = portcullis::partition(tcp(1, 65535), weighted(staircase(8'000)), {1, 0});
  EXPECT_EQ(classes, (std::vector<PortClass>{{{}, tcp(1, 65535)}}));
}

}  // namespace
}  // namespace portcullis::test

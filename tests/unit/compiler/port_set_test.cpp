#include "compiler/port_set.h"

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

}  // namespace
}  // namespace portcullis::test

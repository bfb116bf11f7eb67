#include "compiler/base/interval.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "compiler/base/address.h"

namespace portcullis::test {
namespace {

using Ranges = std::vector<Interval<std::uint32_t>>;

constexpr auto kMax = std::numeric_limits<std::uint32_t>::max();

TEST(Interval, MergeJoinsWhatOverlapsOrTouches) {
  EXPECT_EQ(merge(Ranges{{5, 9}, {1, 3}}), (Ranges{{1, 3}, {5, 9}}));     // 4 is missing
  EXPECT_EQ(merge(Ranges{{4, 9}, {1, 3}}), (Ranges{{1, 9}}));             // they touch
  EXPECT_EQ(merge(Ranges{{1, 5}, {3, 9}}), (Ranges{{1, 9}}));             // overlap
  EXPECT_EQ(merge(Ranges{{1, 9}, {3, 5}, {10, 10}}), (Ranges{{1, 10}}));  // one inside another
  EXPECT_EQ(merge(Ranges{{7, 7}, {7, 7}}), (Ranges{{7, 7}}));
  EXPECT_EQ(merge(Ranges{}), Ranges{});
}

TEST(Interval, MergeReachesBothEndsOfTheType) {
  EXPECT_EQ(merge(Ranges{{0, kMax}, {0, 0}, {kMax, kMax}}), (Ranges{{0, kMax}}));
  EXPECT_EQ(merge(Ranges{{0, 0}, {kMax, kMax}}), (Ranges{{0, 0}, {kMax, kMax}}));
  EXPECT_EQ(merge(Ranges{{0, 0}, {0, 4}}), (Ranges{{0, 4}}));
}

TEST(Interval, SubtractLeavesWhatIsInNoHole) {
  const Interval<std::uint32_t> whole{10, 20};
  EXPECT_EQ(subtract(whole, {}), (Ranges{{10, 20}}));
  EXPECT_EQ(subtract(whole, {{12, 14}}), (Ranges{{10, 11}, {15, 20}}));
  EXPECT_EQ(subtract(whole, {{10, 12}, {18, 20}}), (Ranges{{13, 17}}));
  EXPECT_EQ(subtract(whole, {{0, 12}, {18, 99}}), (Ranges{{13, 17}}));
  EXPECT_EQ(subtract(whole, {{18, 99}, {14, 15}, {12, 14}}), (Ranges{{10, 11}, {16, 17}}));
  EXPECT_EQ(subtract(whole, {{0, 9}, {21, 30}}), (Ranges{{10, 20}}));
}

TEST(Interval, SubtractOfEverythingLeavesNothing) {
  EXPECT_EQ(subtract<std::uint32_t>({10, 20}, {{10, 20}}), Ranges{});
  EXPECT_EQ(subtract<std::uint32_t>({10, 20}, {{16, 30}, {5, 15}}), Ranges{});
  EXPECT_EQ(subtract<std::uint32_t>({0, kMax}, {{0, kMax}}), Ranges{});
}

TEST(Interval, SubtractReachesBothEndsOfTheType) {
  EXPECT_EQ(subtract<std::uint32_t>({0, kMax}, {{0, 0}, {kMax, kMax}}), (Ranges{{1, kMax - 1}}));
}

TEST(Interval, WorksOnAddressesOf128Bits) {
  const auto end = max_value(Family::kIpv6);
  const auto rest = subtract<AddressValue>({0, end}, {{end, end}});
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].last, end - 1);
  EXPECT_EQ(merge<AddressValue>({{end, end}, {0, end - 1}}).size(), 1u);
}

}  // namespace
}  // namespace portcullis::test

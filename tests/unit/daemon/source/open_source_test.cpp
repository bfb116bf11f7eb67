#include "daemon/source/open_source.h"

#include <gtest/gtest.h>

namespace portcullis {
namespace {

using std::chrono::seconds;

TEST(StartDelay, IsANodesOwnPartOfTheTime) {
  constexpr int kNodes = 1000;
  constexpr int kTenths = 10;
  std::array<int, kTenths> nodes{};
  for (int i = 0; i < kNodes; ++i) {
    const auto name = "node-" + std::to_string(i);
    const auto delay = start_delay(name, seconds(kTenths));
    EXPECT_EQ(delay, start_delay(name, seconds(kTenths)));
    ASSERT_GE(delay.count(), 0);
    ASSERT_LT(delay, seconds(kTenths));
    ++nodes.at(static_cast<std::size_t>(std::chrono::floor<seconds>(delay).count()));
  }
  for (const int in_a_tenth : nodes)
    EXPECT_NEAR(in_a_tenth, kNodes / kTenths, kNodes / kTenths / 2);
}

TEST(StartDelay, IsNoneUnlessAskedFor) { EXPECT_EQ(start_delay("node-1", seconds(0)).count(), 0); }

}  // namespace
}  // namespace portcullis

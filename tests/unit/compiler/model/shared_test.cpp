#include "compiler/model/shared.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "compiler/model/objects.h"

namespace portcullis::test {
namespace {

using Text = Shared<std::string>;

TEST(Shared, EqualValuesAreOneObject) {
  const Text one = std::string("web");
  const Text other = std::string("web");
  EXPECT_EQ(&one.get(), &other.get());
  EXPECT_TRUE(one == other);
  EXPECT_FALSE(one == Text(std::string("api")));
  EXPECT_TRUE(Text() == std::string());
}

TEST(Shared, AValueStaysAsLongAsACopyOfIt) {
  Text copy;
  {
    const Text first = std::string("web");
    copy = first;
  }
  EXPECT_EQ(*copy, "web");
  EXPECT_EQ(&copy.get(), &Text(std::string("web")).get());
}

// The last use of a value ends in one thread while another finds it.
TEST(Shared, ThreadsMayMakeAndDropTheSameValues) {
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int round = 0; round < 20'000; ++round) {
        const auto expected = "value " + std::to_string(round % 3);
        const Text value = expected;
        const auto copy = value;
        ASSERT_EQ(*copy, expected);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace portcullis::test

#include "compiler/content_hash.h"

#include <gtest/gtest.h>

namespace portcullis::test {
namespace {

TEST(ContentHash, IsTwentyHexadecimalDigits) {
  const auto hash = content_hash("web");
  EXPECT_EQ(hash.size(), 20u);
  EXPECT_EQ(hash.find_first_not_of("0123456789abcdef"), std::string::npos);
}

// Names must not change between builds: a restart would replace every object in the kernel.
TEST(ContentHash, IsTheSameInEveryBuild) {
  EXPECT_EQ(content_hash(""), "0a68eb57c88a9d27f85e");
  EXPECT_EQ(content_hash("web"), "e8cd958e6645cf1cd193");
}

TEST(ContentHash, TellsContentApart) {
  EXPECT_NE(content_hash("web"), content_hash("wec"));
  EXPECT_NE(content_hash(std::string_view("a\0b", 3)), content_hash(std::string_view("a\0c", 3)));
}

}  // namespace
}  // namespace portcullis::test

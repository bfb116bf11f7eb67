#include "compiler/base/content_hash.h"

#include <gtest/gtest.h>

namespace portcullis::test {
namespace {

TEST(ContentHash, Is128BitsInHexadecimalDigits) {
  const auto hash = content_hash("web");
  EXPECT_EQ(hash.size(), 32u);
  EXPECT_EQ(hash.find_first_not_of("0123456789abcdef"), std::string::npos);
}

// Names must not change between builds: a restart would replace every object in the kernel.
TEST(ContentHash, IsTheSameInEveryBuild) {
  EXPECT_EQ(content_hash(""), "e3b0c44298fc1c149afbf4c8996fb924");
  EXPECT_EQ(content_hash("web"), "4b5e57f6eb2f42b9039b3d1e13929295");
}

TEST(ContentHash, TellsContentApart) {
  EXPECT_NE(content_hash("web"), content_hash("wec"));
  EXPECT_NE(content_hash(std::string_view("a\0b", 3)), content_hash(std::string_view("a\0c", 3)));
}

}  // namespace
}  // namespace portcullis::test

#include "daemon/base/own_directory.h"

#include <gtest/gtest.h>

#include "tests/support/process/temporary_directory.h"

namespace portcullis {
namespace {

TEST(OwnDirectory, IsMadeWhereItIsOurs) {
  const test::TemporaryDirectory directory;
  EXPECT_TRUE(ensure_own_directory(directory / "portcullis/ruleset", 0700));
  EXPECT_TRUE(std::filesystem::is_directory(directory / "portcullis"));
  EXPECT_TRUE(ensure_own_directory(directory / "portcullis/ruleset", 0700)) << "it is there";
  EXPECT_TRUE(ensure_own_directory("ruleset", 0700)) << "the working directory";
}

TEST(OwnDirectory, AnotherIsNotMade) {
  const test::TemporaryDirectory directory;
  for (const std::string name : {"nonexistent/x", "no/portcullis/x"}) {
    const auto done = ensure_own_directory(directory / name, 0700);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::kNotFound);
    EXPECT_NE(done.error().message.find("does not exist"), std::string::npos)
        << done.error().message;
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

}  // namespace
}  // namespace portcullis

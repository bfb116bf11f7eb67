#include "daemon/base/log.h"

#include <gtest/gtest.h>

namespace portcullis {
namespace {

TEST(Log, WritesOneLineAMessageFromTheLevelUp) {
  start_log(LogLevel::kWarning);
  testing::internal::CaptureStderr();
  log_info("not this");
  log_warning("this\nin one line\x1b[31m");
  const std::string text = testing::internal::GetCapturedStderr();
  start_log(LogLevel::kInfo);
  EXPECT_EQ(text.find("not this"), std::string::npos);
  EXPECT_NE(text.find(" warning this\\nin one line\\x1b[31m\n"), std::string::npos) << text;
}

TEST(Log, LevelsHaveNames) {
  EXPECT_EQ(parse_log_level("debug"), LogLevel::kDebug);
  EXPECT_EQ(parse_log_level("error"), LogLevel::kError);
  EXPECT_EQ(parse_log_level("Error"), std::nullopt);
}

}  // namespace
}  // namespace portcullis

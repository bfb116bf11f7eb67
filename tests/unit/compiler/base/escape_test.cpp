#include "compiler/base/escape.h"

#include <gtest/gtest.h>

namespace portcullis::test::escape_test {
namespace {

using namespace std::string_literals;

TEST(Escape, LeavesTextOfAnyLanguage) {
  for (const std::string text : {"", "default/web", "a \\ b", "\\n", "naïve", "ポッド", "🚪"}) {
    EXPECT_EQ(escape(text), text);
  }
}

TEST(Escape, ControlCharactersAreWrittenOut) {
  EXPECT_EQ(escape("a\nb\r\tc"), "a\\nb\\x0d\\x09c");
  EXPECT_EQ(escape("\x1b[31m\x7f\0"s), "\\x1b[31m\\x7f\\x00");
  EXPECT_EQ(escape("\u009b31m"), "\\xc2\\x9b31m") << "CSI in one character";
  EXPECT_EQ(escape("a\u2028b\u202ec"), "a\\xe2\\x80\\xa8b\\xe2\\x80\\xaec");
}

TEST(Escape, WhatIsNotUtf8IsWrittenOut) {
  EXPECT_EQ(escape("\xff"), "\\xff");
  EXPECT_EQ(escape("\x9b"), "\\x9b") << "CSI in one byte";
  EXPECT_EQ(escape("\xc3"), "\\xc3") << "cut off";
  EXPECT_EQ(escape("\xe2\x82(\xc3\xa9"), "\\xe2\\x82(\xc3\xa9");
  EXPECT_EQ(escape("\xc0\x8a"), "\\xc0\\x8a") << "a newline in two bytes";
  EXPECT_EQ(escape("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(escape("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "above U+10FFFF";
}

TEST(Escape, TwiceIsOnce) {
  const auto once = escape("a\n\x1b\xff\u009b");
  EXPECT_EQ(escape(once), once);
}

TEST(Escape, QuotesAreShortAndPrintable) {
  const std::string long_text(59, 'x');
  EXPECT_EQ(in_quotes("a\nb\x7f"), "\"a\\nb\\x7f\"");
  EXPECT_EQ(in_quotes(std::string(1'000'000, 'x')), "\"" + long_text + "x... (1000000 bytes)\"");
  EXPECT_EQ(printable(long_text + "\u00e9"), long_text + "... (61 bytes)")
      << "a character is not cut";
}

}  // namespace
}  // namespace portcullis::test::escape_test

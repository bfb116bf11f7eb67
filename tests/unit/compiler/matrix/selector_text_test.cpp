#include "compiler/matrix/selector_text.h"

#include <gtest/gtest.h>

#include "tests/support/model/cluster_builder.h"

namespace portcullis::test {
namespace {

std::string read(const std::string& text) {
  const auto selector = parse_selector(text);
  return selector ? to_string(*selector) : selector.error().message;
}

TEST(SelectorText, IsReadAsKubectlReadsIt) {
  EXPECT_EQ(read("app=web"), "app=web");
  EXPECT_EQ(read("app==web, tier != db"), "app=web,tier!=db");
  EXPECT_EQ(read("app in (b, a),env notin (x,y)"), "app in (a,b),env notin (x,y)");
  EXPECT_EQ(read("example.com/new,!old"), "example.com/new,!old");
  EXPECT_TRUE(parse_selector("app=")->matches(labels("app=")));
}

TEST(SelectorText, WhatIsNoSelectorIsQuoted) {
  for (const auto* text : {"app in (a", "app in ()", "=web", "a b", "app=a=b", "a,,b", "a>1"}) {
    EXPECT_NE(read(text).find(" is not part of a label selector"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace portcullis::test

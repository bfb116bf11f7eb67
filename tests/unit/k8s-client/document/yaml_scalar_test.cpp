#include "k8s-client/document/yaml_scalar.h"

#include <gtest/gtest.h>

#include <cmath>

namespace portcullis::k8s {
namespace {

TEST(YamlScalar, Booleans) {
  for (const auto* text :
       {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"}) {
    EXPECT_EQ(resolve_plain_scalar(text), Scalar(true)) << text;
  }
  for (const auto* text :
       {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"}) {
    EXPECT_EQ(resolve_plain_scalar(text), Scalar(false)) << text;
  }
}

TEST(YamlScalar, Null) {
  for (const auto* text : {"", "~", "null", "Null", "NULL"}) {
    EXPECT_EQ(resolve_plain_scalar(text), Scalar(nullptr)) << text;
  }
}

TEST(YamlScalar, Integers) {
  const std::pair<const char*, std::int64_t> cases[] = {
      {"0", 0},      {"80", 80},      {"-80", -80}, {"+80", 80},
      {"017", 15},   {"0o17", 15},    {"0x1F", 31}, {"-0x1f", -31},
      {"0b101", 5},  {"1_000", 1000}, {"8.0", 8},   {"8.", 8},
      {"1e3", 1000}, {"08", 8},       {"0_8", 8},   {"9223372036854775807", INT64_MAX}};
  for (const auto& [text, value] : cases) {
    EXPECT_EQ(resolve_plain_scalar(text), Scalar(value)) << text;
  }
}

TEST(YamlScalar, Floats) {
  const std::pair<const char*, double> cases[] = {
      {"1.5", 1.5},     {"-1.5e3", -1500.0 + 0.0}, {".5", .5},          {"1.25E-1", .125},
      {"1e300", 1e300}, {".inf", INFINITY},        {"-.Inf", -INFINITY}};
  for (const auto& [text, value] : cases) {
    const auto got = resolve_plain_scalar(text);
    const double number = std::holds_alternative<double>(got)
                              ? std::get<double>(got)
                              : static_cast<double>(std::get<std::int64_t>(got));
    EXPECT_EQ(number, value) << text;
  }
  EXPECT_TRUE(std::isnan(std::get<double>(resolve_plain_scalar(".nan"))));
  EXPECT_EQ(resolve_plain_scalar("99999999999999999999"), Scalar(0x1p63));
}

TEST(YamlScalar, EverythingElseIsAString) {
  for (const auto* text : {"web",   "yES",        "nUll",
                           "1.2.3", "10.0.0.1",   "::1",
                           "1:30",  "2024-02-29", "2024-02-29T12:00:00Z",
                           "0x",    "0xg",        "0o8",
                           "1e",    "-",          "+",
                           ".",     "-.",         "--1",
                           "+-1",   "1-2",        "e3",
                           "_1",    "inf",        "nan",
                           "1 000", "80tcp",      "1e999",
                           "0x1p3", ".infx"}) {
    EXPECT_EQ(resolve_plain_scalar(text), Scalar(std::string(text))) << text;
  }
}

}  // namespace
}  // namespace portcullis::k8s

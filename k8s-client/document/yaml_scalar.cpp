#include "k8s-client/document/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

namespace portcullis::k8s {
namespace {

constexpr std::array<std::string_view, 11> kTrue = {"y",    "Y",    "yes", "Yes", "YES", "true",
                                                    "True", "TRUE", "on",  "On",  "ON"};
constexpr std::array<std::string_view, 11> kFalse = {"n",     "N",     "no",  "No",  "NO", "false",
                                                     "False", "FALSE", "off", "Off", "OFF"};
constexpr std::array<std::string_view, 5> kNull = {"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 3> kNan = {".nan", ".NaN", ".NAN"};
constexpr std::array<std::string_view, 3> kInfinity = {".inf", ".Inf", ".INF"};

bool is_one_of(const auto& words, std::string_view text) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

std::optional<Scalar> resolve_word(std::string_view text) {
  if (text.size() > 5) return std::nullopt;
  if (is_one_of(kNull, text)) return Scalar(nullptr);
  if (is_one_of(kTrue, text)) return Scalar(true);
  if (is_one_of(kFalse, text)) return Scalar(false);
  if (is_one_of(kNan, text)) return Scalar(std::numeric_limits<double>::quiet_NaN());
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  if (is_one_of(kInfinity, text)) return Scalar(negative ? -kInfinite : kInfinite);
  return std::nullopt;
}

// Removes "0x", "0o", "0b" or the "0" of an octal number from the front.
int take_base(std::string_view& digits) {
  if (digits.size() < 2 || digits.front() != '0') return 10;
  const char mark = static_cast<char>(digits[1] | 0x20);  // in lower case
  const int base = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 0;
  digits.remove_prefix(base == 0 ? 1 : 2);
  return base == 0 ? 8 : base;
}

std::optional<Scalar> resolve_integer(std::string_view digits, bool negative) {
  const int base = take_base(digits);
  std::uint64_t magnitude = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, magnitude, base);
  if (stop != end || error == std::errc::invalid_argument) return std::nullopt;
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (error == std::errc::result_out_of_range || magnitude > kMax) {
    return Scalar(negative ? -0x1p63 : 0x1p63);  // beyond the range of every field that we read
  }
  const auto value = static_cast<std::int64_t>(magnitude);
  return Scalar(negative ? -value : value);
}

std::optional<Scalar> resolve_float(std::string_view digits, bool negative) {
  double value = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (stop != end || error != std::errc()) return std::nullopt;
  if (negative) value = -value;
  if (value == std::trunc(value) && std::abs(value) < 0x1p53) {
    return Scalar(static_cast<std::int64_t>(value));
  }
  return Scalar(value);
}

std::optional<Scalar> resolve_number(std::string text) {
  if (text.front() != '.') std::erase(text, '_');
  std::string_view digits = text;
  const bool negative = digits.front() == '-';
  if (negative || digits.front() == '+') digits.remove_prefix(1);
  if (digits.empty() || digits.find_first_of("0123456789.") != 0) return std::nullopt;
  if (auto integer = resolve_integer(digits, negative)) return integer;
  return resolve_float(digits, negative);
}

}  // namespace

Scalar resolve_plain_scalar(const std::string& text) {
  if (auto word = resolve_word(text)) return *word;
  if (text.find_first_of("+-.0123456789") == 0) {
    if (auto number = resolve_number(text)) return *number;
  }
  return text;
}

}  // namespace portcullis::k8s

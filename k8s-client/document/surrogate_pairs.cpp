#include "k8s-client/document/surrogate_pairs.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <system_error>

namespace portcullis::k8s {
namespace {

constexpr std::size_t kEscapeSize = 6;  // \ud83d

bool is_high(std::uint32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low(std::uint32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

std::optional<std::uint32_t> escaped_unit(std::string_view text) {
  if (text.size() < kEscapeSize || !text.starts_with("\\u")) return std::nullopt;
  std::uint32_t unit = 0;
  const auto* end = text.data() + kEscapeSize;
  const auto result = std::from_chars(text.data() + 2, end, unit, 16);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return unit;
}

// For a code point above U+FFFF.
void append_utf8(std::string& text, std::uint32_t point) {
  text += static_cast<char>(0xf0 | point >> 18);
  for (const int shift : {12, 6, 0}) text += static_cast<char>(0x80 | (point >> shift & 0x3f));
}

}  // namespace

std::string join_surrogate_pairs(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto backslash = text.find('\\');
    result += text.substr(0, backslash);
    text.remove_prefix(std::min(backslash, text.size()));
    const auto unit = escaped_unit(text);
    if (!unit || !(is_high(*unit) || is_low(*unit))) {
      result += text.substr(0, 2);  // an escape: the character after a backslash begins none
      text.remove_prefix(std::min<std::size_t>(2, text.size()));
      continue;
    }
    text.remove_prefix(kEscapeSize);
    const auto second = escaped_unit(text);
    if (is_high(*unit) && second && is_low(*second)) {
      append_utf8(result, 0x10000 + ((*unit - 0xd800) << 10) + (*second - 0xdc00));
      text.remove_prefix(kEscapeSize);
    } else {
      result += "\\ufffd";
    }
  }
  return result;
}

}  // namespace portcullis::k8s

#include "compiler/base/escape.h"

#include <algorithm>
#include <array>
#include <boost/locale/utf.hpp>
#include <cstdint>

namespace portcullis {
namespace {

constexpr std::size_t kMaxPrintable = 60;

using Utf8 = boost::locale::utf::utf_traits<char>;

bool is_harmless(char32_t code) {
  struct Range {
    char32_t first, last;
  };
  static constexpr std::array<Range, 7> kControls = {{{0, 0x1f},
                                                      {0x7f, 0x9f},
                                                      {0x61c, 0x61c},
                                                      {0x200e, 0x200f},
                                                      {0x2028, 0x202e},
                                                      {0x2066, 0x2069},
                                                      {0xfeff, 0xfeff}}};
  return std::ranges::none_of(
      kControls, [=](const Range& range) { return code >= range.first && code <= range.last; });
}

void append_escaped(std::string& out, std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (c == '\n') {
      out += "\\n";
    } else {
      out.append("\\x").append(1, kHex[byte >> 4U]).append(1, kHex[byte & 0xfU]);
    }
  }
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto* end = text.data();
    const auto code = Utf8::decode(end, text.data() + text.size());
    const bool is_valid = boost::locale::utf::is_valid_codepoint(code);
    const auto size = is_valid ? static_cast<std::size_t>(end - text.data()) : 1;
    const auto bytes = text.substr(0, size);
    if (is_valid && is_harmless(code)) {
      out += bytes;
    } else {
      append_escaped(out, bytes);
    }
    text.remove_prefix(size);
  }
  return out;
}

std::string printable(std::string_view text) {
  if (text.size() <= kMaxPrintable) return escape(text);
  auto end = kMaxPrintable;
  while (end > 0 && boost::locale::utf::utf_traits<char>::is_trail(text[end])) --end;
  return escape(text.substr(0, end)) + "... (" + std::to_string(text.size()) + " bytes)";
}

std::string in_quotes(std::string_view text) { return '"' + printable(text) + '"'; }

}  // namespace portcullis

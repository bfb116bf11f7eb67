#include "compiler/escape.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace portcullis {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t size = 1;  // bytes
  bool valid = false;
};

// The first of `text`, in UTF-8 (RFC 3629, section 3):
//
//   0xxxxxxx                                U+0000 - U+007F
//   110xxxxx 10xxxxxx                       U+0080 - U+07FF
//   1110xxxx 10xxxxxx 10xxxxxx              U+0800 - U+FFFF, without surrogates
//   11110xxx 10xxxxxx 10xxxxxx 10xxxxxx    U+10000 - U+10FFFF
Character first_of(std::string_view text) {
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  if (byte(0) < 0x80) return {byte(0), 1, true};
  const std::size_t size = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  if (byte(0) < 0xc0 || byte(0) >= 0xf8 || text.size() < size) return {};
  char32_t code = byte(0) & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3fU);
  }
  const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < kLeast[size] || code > 0x10ffff || is_surrogate) return {};
  return {code, size, true};
}

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
    const auto character = first_of(text);
    const auto bytes = text.substr(0, character.size);
    if (character.valid && is_harmless(character.code)) {
      out += bytes;
    } else {
      append_escaped(out, bytes);
    }
    text.remove_prefix(character.size);
  }
  return out;
}

}  // namespace portcullis

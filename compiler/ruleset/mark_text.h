#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>

namespace portcullis {

inline std::string hexadecimal(std::uint32_t value, int digits) {  // "0x0800"
  std::array<char, 11> text{};
  std::snprintf(text.data(), text.size(), "0x%0*x", digits, static_cast<unsigned>(value));
  return text.data();
}

inline std::string mark_text(std::uint32_t mark) { return hexadecimal(mark, 8); }

}  // namespace portcullis

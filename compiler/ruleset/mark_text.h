#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>

#include "compiler/base/address.h"

namespace portcullis {

inline std::string hexadecimal(std::uint32_t value, int digits) {  // "0x0800"
  std::array<char, 11> text{};
  std::snprintf(text.data(), text.size(), "0x%0*x", digits, static_cast<unsigned>(value));
  return text.data();
}

inline std::string hexadecimal(const Address& address) {  // "0xfd000000000000000000000000000001"
  std::string text = "0x";
  for (int shift = bits(address.family) - 16; shift >= 0; shift -= 16) {
    text += hexadecimal(static_cast<std::uint32_t>(address.value >> shift & 0xffff), 4).substr(2);
  }
  return text;
}

inline std::string mark_text(std::uint32_t mark) { return hexadecimal(mark, 8); }

}  // namespace portcullis

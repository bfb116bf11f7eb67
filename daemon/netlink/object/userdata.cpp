#include "daemon/netlink/object/userdata.h"

#include <cstring>

namespace portcullis::nl {

void append_field(Userdata& userdata, std::uint8_t type, std::span<const std::uint8_t> value) {
  userdata.push_back(type);
  userdata.push_back(static_cast<std::uint8_t>(value.size()));
  userdata.insert(userdata.end(), value.begin(), value.end());
}

void append_u32(Userdata& userdata, std::uint8_t type, std::uint32_t value) {
  std::uint8_t bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  append_field(userdata, type, bytes);
}

void append_comment(Userdata& userdata, std::uint8_t type, std::string_view comment) {
  if (comment.empty()) return;
  std::vector<std::uint8_t> text(comment.begin(), comment.end());
  text.push_back(0);
  append_field(userdata, type, text);
}

std::string find_comment(std::span<const std::uint8_t> userdata, std::uint8_t type) {
  while (userdata.size() >= 2) {
    const std::size_t length = userdata[1];
    if (length > userdata.size() - 2) break;
    const auto value = userdata.subspan(2, length);
    if (userdata[0] == type) {
      const char* text = reinterpret_cast<const char*>(value.data());
      return {text, strnlen(text, length)};
    }
    userdata = userdata.subspan(2 + length);
  }
  return {};
}

}  // namespace portcullis::nl

#include "tests/support/api_server/continuation.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace portcullis::test::api {
namespace {

std::string to_hex(const std::string& text) {
  std::string hex;
  for (const char byte : text) {
    std::array<char, 3> digits{};
    std::snprintf(digits.data(), digits.size(), "%02x", static_cast<unsigned char>(byte));
    hex += digits.data();
  }
  return hex;
}

std::optional<std::string> from_hex(const std::string& hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string text;
  for (std::size_t at = 0; at < hex.size(); at += 2) {
    unsigned byte = 0;
    const auto parsed = std::from_chars(&hex[at], &hex[at] + 2, byte, 16);
    if (parsed.ec != std::errc() || parsed.ptr != &hex[at] + 2) return std::nullopt;
    text += static_cast<char>(byte);
  }
  return text;
}

}  // namespace

// "VERSION:AFTER" in hexadecimal; the version is "-" if there is none.
std::string to_token(const Continuation& continuation) {
  const auto& version = continuation.version;
  return to_hex((version ? std::to_string(*version) : "-") + ":" + continuation.after);
}

std::optional<Continuation> parse_token(const std::string& token) {
  const auto text = from_hex(token);
  const auto colon = text ? text->find(':') : std::string::npos;
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  Continuation continuation{std::nullopt, text->substr(colon + 1)};
  if (text->front() == '-') return continuation;
  std::uint64_t version = 0;
  const auto parsed = std::from_chars(text->data(), text->data() + colon, version);
  if (parsed.ec != std::errc() || parsed.ptr != text->data() + colon) return std::nullopt;
  continuation.version = version;
  return continuation;
}

}  // namespace portcullis::test::api

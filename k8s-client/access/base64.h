#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace portcullis::k8s {

// Base64 (RFC 4648, section 4), padded. Decoding skips white space; invalid text yields nothing.
std::string encode_base64(std::string_view bytes);
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace portcullis::k8s

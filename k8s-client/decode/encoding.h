#pragma once

#include <cstdint>
#include <string_view>

#include "compiler/model/kind.h"

namespace portcullis::k8s {

// How the API server writes a message.
enum class Encoding : std::uint8_t { kJson, kProtobuf };

// By a response's Content-Type; JSON unless that is Protobuf's.
constexpr Encoding encoding_of(std::string_view content_type) {
  return content_type.starts_with("application/vnd.kubernetes.protobuf") ? Encoding::kProtobuf
                                                                         : Encoding::kJson;
}

// The encoding to ask for. Protobuf costs the server and us less, but has no names for fields that
// we do not know: policies, in which these must be seen, are in JSON.
constexpr Encoding preferred_encoding(Kind kind) {
  return kind == Kind::kNetworkPolicy ? Encoding::kJson : Encoding::kProtobuf;
}

constexpr bool is_decodable(Kind kind, Encoding encoding) {
  return encoding == Encoding::kJson || encoding == preferred_encoding(kind);
}

// The Accept field for it. A server may always answer in JSON.
constexpr const char* accept_field(Encoding encoding) {
  return encoding == Encoding::kProtobuf
             ? "application/vnd.kubernetes.protobuf, application/json;q=0.9"
             : "application/json";
}

}  // namespace portcullis::k8s

#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace portcullis::test::api {

// Where the next page of a list starts.
struct Continuation {
  std::optional<std::uint64_t> version{};  // of the snapshot; none: whatever is there now
  std::string after;                       // "namespace/name" of the last item
};

// Opaque to clients, of characters that need no escaping in a URL.
std::string to_token(const Continuation& continuation);

// Nothing where no server of this kind wrote it.
std::optional<Continuation> parse_token(const std::string& token);

}  // namespace portcullis::test::api

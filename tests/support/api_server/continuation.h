#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace portcullis::test::api {

// The start of a list's next page.
struct Continuation {
  std::optional<std::uint64_t> version{};  // of the snapshot; none: whatever is there now
  std::string after;                       // "namespace/name" of the last item
};

// Opaque to clients; only characters that need no escaping in a URL.
std::string to_token(const Continuation& continuation);

// Nothing if it was not written by this kind of server.
std::optional<Continuation> parse_token(const std::string& token);

}  // namespace portcullis::test::api

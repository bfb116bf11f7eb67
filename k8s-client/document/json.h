#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "k8s-client/document/document.h"
#include "k8s-client/document/wanted.h"

namespace portcullis::k8s {

// JSON (RFC 8259) as documents: one, or several one after another. Empty text has no document.
[[nodiscard]] Documents parse_json(std::string_view text);

// The same, but an error only affects what follows it: it is the last result.
[[nodiscard]] DocumentStream read_json_stream(std::string_view text);

// One document in `text`, without unwanted parts.
[[nodiscard]] tl::expected<Document, SyntaxError> parse_json(std::string_view text,
                                                             const Wanted& wanted);

// The same for a document that may be long: each item of its wanted list `items` is passed to
// `visit` and not kept, so that they never need memory together. Of an error in the text, what
// precedes it has been visited.
using Visit = std::function<void(Document& item)>;
[[nodiscard]] tl::expected<Document, SyntaxError> parse_json_items(std::string text,
                                                                   const Wanted& wanted,
                                                                   const Wanted& items,
                                                                   const Visit& visit);

}  // namespace portcullis::k8s

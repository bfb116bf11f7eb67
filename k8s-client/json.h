#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "k8s-client/document.h"

namespace portcullis::k8s {

// JSON (RFC 8259) as documents: one, or several one after another. Text without any is no
// document.
[[nodiscard]] Documents parse_json(std::string_view text);

// The same, but an error takes only what follows it: it is the last of what is returned.
[[nodiscard]] DocumentStream read_json_stream(std::string_view text);

// What is read of a value: of an object these members, or all of it if none are named; of a list,
// the same of each item. The others are skipped, and not even checked to be JSON.
struct Wanted {
  std::vector<std::pair<std::string_view, Wanted>> members{};

  bool all() const { return members.empty(); }
};

// One document in `text`, without what nobody wants.
[[nodiscard]] tl::expected<Document, SyntaxError> parse_json(std::string_view text,
                                                             const Wanted& wanted);

}  // namespace portcullis::k8s

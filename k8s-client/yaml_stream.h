#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace portcullis::k8s {

// A part of a YAML text that can be parsed by itself, so that an error in it takes nothing else.
struct YamlPart {
  std::string_view text;
  int first_line = 1;  // in the whole text
};

// Splits a text before each line that begins with the marker of a document, "---", as kubectl does.
// No other line of YAML may begin so (YAML 1.2, 9.1.2). What stands before the first marker and is
// no document (directives, comments) belongs to the first part. Views into `text`.
std::vector<YamlPart> split_yaml(std::string_view text);

// The text without the byte order marks at the start of its lines. Each file that was joined into
// one may have begun with its own; no document has one at the start of a line for another reason.
std::string without_byte_order_marks(std::string_view text);

}  // namespace portcullis::k8s

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace portcullis::k8s {

// A part of a YAML text that is parsed separately, so that an error does not affect others.
struct YamlPart {
  std::string_view text;
  int first_line = 1;  // in the whole text
};

// Splits a text before each line that begins with the document marker "---", as kubectl does. No
// other line of YAML may begin with it (YAML 1.2, 9.1.2). Text before the first marker that is not
// a document (directives, comments) belongs to the first part. Views into `text`.
std::vector<YamlPart> split_yaml(std::string_view text);

// The text without byte order marks at the start of its lines. Each of several concatenated files
// may begin with one; no document has one at the start of a line for another reason.
std::string without_byte_order_marks(std::string_view text);

}  // namespace portcullis::k8s

#pragma once

#include <string>
#include <string_view>

namespace portcullis {

// One line of text for a person to read, which may quote objects, files and servers. A control
// character and a byte that is not UTF-8 become "\n", "\x1b", "\xff"; so do Unicode's controls,
// line separators and marks that turn the direction of text. Nobody whose text is quoted can forge
// a line, or write to the terminal otherwise. A backslash stays, so escaping twice changes nothing.
std::string escape(std::string_view text);

// User text for a message: truncated if long, and escaped.
std::string printable(std::string_view text);
std::string in_quotes(std::string_view text);  // the same in double quotes

}  // namespace portcullis

#pragma once

#include <string>
#include <string_view>

namespace portcullis {

// 80 bits of SHA-1 over `content`, as 20 hexadecimal digits: the name of an object by what it is.
// Wide enough that nobody can aim a policy of his at the name of another's; narrow enough to read.
std::string content_hash(std::string_view content);

}  // namespace portcullis

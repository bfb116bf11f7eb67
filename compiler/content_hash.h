#pragma once

#include <string>
#include <string_view>

namespace portcullis {

// 128 bits of SHA-256 over `content`, as 32 hexadecimal digits: the name of an object by what it
// is. Objects that are shared by name still compare their content.
std::string content_hash(std::string_view content);

// What names objects; tests pass a weaker one to make names collide.
using ContentHash = std::string (*)(std::string_view);

}  // namespace portcullis

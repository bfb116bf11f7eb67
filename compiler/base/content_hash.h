#pragma once

#include <string>
#include <string_view>

namespace portcullis {

// 128 bits of SHA-256 over `content`, as 32 hexadecimal digits, to name an object by its content.
// Objects that are shared by name still compare their content.
std::string content_hash(std::string_view content);

// The hash that names objects; tests pass a weaker one to cause collisions.
using ContentHash = std::string (*)(std::string_view);

}  // namespace portcullis

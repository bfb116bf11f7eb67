#pragma once

#include <string>
#include <string_view>

namespace portcullis::k8s {

// The text of a YAML document in which escapes of two UTF-16 surrogates ("\ud83d\ude00", as JSON
// writes characters above U+FFFF) are replaced by the character that they mean, and a surrogate
// alone by U+FFFD. yaml-cpp refuses both. Lines keep their numbers.
std::string join_surrogate_pairs(std::string_view text);

}  // namespace portcullis::k8s

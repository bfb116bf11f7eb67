#pragma once

#include <string>
#include <string_view>

namespace portcullis::k8s {

// The text of a YAML document with escapes of two UTF-16 surrogates ("\ud83d\ude00", as JSON writes
// characters above U+FFFF) replaced by their character, and a lone surrogate by U+FFFD. yaml-cpp
// rejects both. Line numbers do not change.
std::string join_surrogate_pairs(std::string_view text);

}  // namespace portcullis::k8s

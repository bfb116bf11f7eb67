#pragma once

#include <algorithm>
#include <string>

namespace portcullis::k8s {

// Versions are opaque, but in every known server those of one resource are increasing decimal
// numbers. Otherwise they are treated as unordered.
inline bool is_older(const std::string& version, const std::string& than) {
  const auto is_number = [](const std::string& text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  };
  if (!is_number(version) || !is_number(than)) return false;
  return version.size() != than.size() ? version.size() < than.size() : version < than;
}

}  // namespace portcullis::k8s

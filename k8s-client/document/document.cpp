#include "k8s-client/document/document.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace portcullis::k8s {

const Document* Document::find(std::string_view key) const {
  const auto* entries = map();
  if (entries == nullptr) return nullptr;
  const auto entry = std::find_if(entries->begin(), entries->end(),
                                  [&](const auto& candidate) { return candidate.first == key; });
  return entry == entries->end() || entry->second.is_null() ? nullptr : &entry->second;
}

std::optional<std::string> Document::scalar_text() const {
  if (const auto* text = string()) return *text;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  const auto* real = std::get_if<double>(&value);
  if (real == nullptr) return std::nullopt;
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *real).ptr;
  return std::string(digits.data(), end);
}

const char* Document::type_name() const {
  static constexpr std::array kNames = {
      "null",           "a boolean", "a number",  "a number",
      "a string",       "a list",    "a mapping", "a value with an unsupported tag",
      "a date and time"};
  static_assert(kNames.size() == std::variant_size_v<decltype(value)>);
  return kNames[value.index()];
}

const std::pair<std::string, Document>* find_duplicate(const Document::Map& map) {
  std::vector<const std::pair<std::string, Document>*> entries;
  entries.reserve(map.size());
  for (const auto& entry : map) entries.push_back(&entry);
  std::stable_sort(entries.begin(), entries.end(),
                   [](auto* left, auto* right) { return left->first < right->first; });
  const auto twin = std::adjacent_find(entries.begin(), entries.end(), [](auto* left, auto* right) {
    return left->first == right->first;
  });
  return twin == entries.end() ? nullptr : *std::next(twin);
}

bool all_read(const DocumentStream& stream) {
  return std::ranges::all_of(stream, [](const auto& each) { return each.has_value(); });
}

Documents all_of(DocumentStream stream) {
  std::vector<Document> documents;
  documents.reserve(stream.size());
  for (auto& each : stream) {
    if (!each) return tl::unexpected(std::move(each.error()));
    documents.push_back(std::move(*each));
  }
  return documents;
}

}  // namespace portcullis::k8s

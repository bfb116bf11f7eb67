#include "k8s-client/document/yaml_stream.h"

namespace portcullis::k8s {
namespace {

bool begins_document(std::string_view line) {
  constexpr std::string_view kMarker = "---";
  if (!line.starts_with(kMarker)) return false;
  line.remove_prefix(kMarker.size());
  return line.empty() || std::string_view(" \t\r\n").find(line.front()) != std::string_view::npos;
}

bool has_content(std::string_view line) {
  const auto first = line.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && line[first] != '#' && line.front() != '%';
}

}  // namespace

std::vector<YamlPart> split_yaml(std::string_view text) {
  std::vector<YamlPart> parts = {{text.substr(0, 0), 1}};
  bool is_begun = false;  // the last part has a document
  int number = 1;
  for (std::size_t at = 0; at < text.size(); ++number) {
    const auto line = text.substr(at, text.substr(at).find('\n') + 1);
    const auto size = line.empty() ? text.size() - at : line.size();
    const bool begins = begins_document(text.substr(at, size));
    if (begins && is_begun) parts.push_back({text.substr(at, 0), number});
    is_begun = is_begun || begins || has_content(text.substr(at, size));
    auto& part = parts.back().text;
    part = {part.data(), part.size() + size};
    at += size;
  }
  return parts;
}

std::string without_byte_order_marks(std::string_view text) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    while (text.starts_with(kMark)) text.remove_prefix(kMark.size());
    const auto line = text.substr(0, text.find('\n') + 1);  // everything if it is the last
    result += line.empty() ? text : line;
    text.remove_prefix(line.empty() ? text.size() : line.size());
  }
  return result;
}

}  // namespace portcullis::k8s

#include "daemon/files/manifest_file.h"

#include <algorithm>
#include <optional>

#include "daemon/files/settled_file.h"
#include "k8s-client/document/json.h"
#include "k8s-client/document/yaml.h"

namespace portcullis {
namespace {

using FileOrReason = tl::expected<ManifestFile, Unreadable>;

// Whatever the file's name: as kubectl does.
bool looks_like_json(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  return first != std::string_view::npos && text[first] == '{';
}

auto count_read(const k8s::DocumentStream& stream) {
  return std::ranges::count_if(stream, [](const auto& document) { return document.has_value(); });
}

// Mappings of YAML may begin like JSON.
k8s::DocumentStream read_stream(std::string_view text) {
  if (!looks_like_json(text)) return k8s::read_yaml_stream(text);
  auto json = k8s::read_json_stream(text);
  if (k8s::all_read(json)) return json;
  auto yaml = k8s::read_yaml_stream(text);
  return count_read(yaml) > count_read(json) || k8s::all_read(yaml) ? yaml : json;
}

// Why the content of the document is not completely known; none: it is.
std::optional<k8s::Defect> add_document(const k8s::Document& document, int number,
                                        ManifestFile& file) {
  const auto origin = file.path.string() + ", document " + std::to_string(number);
  auto decoded = k8s::decode(document, origin, k8s::UnknownFields::kReject);
  for (auto& object : decoded.objects) {
    file.objects.push_back(std::move(object));
    file.documents.push_back(number);
  }
  for (auto& defect : decoded.defects) {
    file.problems.push_back({file.path, number, std::move(defect)});
  }
  for (auto& policy : decoded.not_enforced) {
    file.not_enforced.push_back({file.path, number, std::move(policy)});
  }
  return std::move(decoded.lost);
}

FileOrReason parse(const std::filesystem::path& path, std::string_view text) {
  ManifestFile file{path, {}, {}, {}, {}};
  std::optional<k8s::Defect> broken;
  int number = 0;
  for (const auto& document : read_stream(text)) {
    auto defect = document ? add_document(*document, ++number, file)
                           : k8s::Defect{"", "", document.error().message, document.error().line};
    if (!document) ++number;
    if (defect && !broken) broken = std::move(defect);
  }
  if (!broken) return file;
  return tl::unexpected(
      Unreadable{ErrorCode::kInvalidInput, {path, 0, std::move(*broken)}, std::move(file)});
}

Result<ManifestFile> as_result(FileOrReason file) {
  if (file) return std::move(*file);
  return failure(file.error().code, to_string(file.error().problem));
}

}  // namespace

tl::expected<std::string, Unreadable> read_manifest_text(const std::filesystem::path& path) {
  return read_settled(path).map_error([&](const Error& error) {
    return Unreadable{error.code, {path, 0, {"", "", error.message, 0}}, {}};
  });
}

tl::expected<ManifestFile, Unreadable> parse_manifest_text(const std::filesystem::path& path,
                                                           std::string_view text) {
  return parse(path, text);
}

Result<ManifestFile> read_manifest(const std::filesystem::path& path) {
  return as_result(read_manifest_text(path).and_then(
      [&](const std::string& text) { return parse_manifest_text(path, text); }));
}

Result<ManifestFile> parse_manifest(const std::string& name, std::string_view text) {
  return as_result(parse(name, text));
}

}  // namespace portcullis

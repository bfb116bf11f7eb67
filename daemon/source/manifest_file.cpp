#include "daemon/source/manifest_file.h"

#include "daemon/source/settled_file.h"
#include "k8s-client/json.h"
#include "k8s-client/yaml.h"

namespace portcullis {
namespace {

using FileOrReason = tl::expected<ManifestFile, Unreadable>;

bool looks_like_json(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

bool is_json(const std::filesystem::path& path, std::string_view text) {
  if (path.extension() == ".json") return true;
  if (path.extension() == ".yaml" || path.extension() == ".yml") return false;
  return looks_like_json(text);
}

void add_document(const k8s::Document& document, int number, ManifestFile& file) {
  const auto origin = file.path.string() + ", document " + std::to_string(number);
  auto decoded = k8s::decode(document, origin, k8s::UnknownFields::kReject);
  for (auto& object : decoded.objects) {
    file.objects.push_back(std::move(object));
    file.documents.push_back(number);
  }
  for (auto& defect : decoded.defects) {
    file.problems.push_back({file.path, number, std::move(defect)});
  }
}

FileOrReason parse(const std::filesystem::path& path, std::string_view text, bool json) {
  const auto documents = json ? k8s::parse_json(text) : k8s::parse_yaml(text);
  if (!documents) {
    const auto& error = documents.error();
    return tl::unexpected(
        Unreadable{ErrorCode::kInvalidInput, {path, 0, {"", "", error.message, error.line}}});
  }
  ManifestFile file{path, {}, {}, {}};
  int number = 0;
  for (const auto& document : *documents) add_document(document, ++number, file);
  return file;
}

Result<ManifestFile> as_result(FileOrReason file) {
  if (file) return std::move(*file);
  return failure(file.error().code, to_string(file.error().problem));
}

}  // namespace

tl::expected<std::string, Unreadable> read_manifest_text(const std::filesystem::path& path) {
  return read_settled(path).map_error([&](const Error& error) {
    return Unreadable{error.code, {path, 0, {"", "", error.message, 0}}};
  });
}

tl::expected<ManifestFile, Unreadable> parse_manifest_text(const std::filesystem::path& path,
                                                           std::string_view text) {
  return parse(path, text, is_json(path, text));
}

Result<ManifestFile> read_manifest(const std::filesystem::path& path) {
  return as_result(read_manifest_text(path).and_then(
      [&](const std::string& text) { return parse_manifest_text(path, text); }));
}

Result<ManifestFile> parse_manifest(const std::string& name, std::string_view text) {
  return as_result(parse(name, text, looks_like_json(text)));
}

}  // namespace portcullis

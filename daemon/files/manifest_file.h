#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "daemon/files/manifests.h"

namespace portcullis {

// Why a file, or one of its documents, has no content. `code` is one that read_manifest() names.
struct Unreadable {
  ErrorCode code = ErrorCode::kIo;
  Problem problem;      // of the first such document; its number is 0
  ManifestFile rest{};  // the file's other documents
};

// read_manifest() in two halves, for callers that save problems and contents.
[[nodiscard]] tl::expected<std::string, Unreadable> read_manifest_text(
    const std::filesystem::path& path);
[[nodiscard]] tl::expected<ManifestFile, Unreadable> parse_manifest_text(
    const std::filesystem::path& path, std::string_view text);

}  // namespace portcullis

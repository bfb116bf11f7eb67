#pragma once

#include <filesystem>
#include <tl/expected.hpp>

#include "daemon/source/manifests.h"

namespace portcullis {

// Why a file, or a document of it, said nothing. `code` is one of those that read_manifest() names.
struct Unreadable {
  ErrorCode code = ErrorCode::kIo;
  Problem problem;      // of the first such document; its number is 0
  ManifestFile rest{};  // the file's other documents
};

// read_manifest(), for those who keep problems.
[[nodiscard]] tl::expected<ManifestFile, Unreadable> read_manifest_file(
    const std::filesystem::path& path);

}  // namespace portcullis

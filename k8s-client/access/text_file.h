#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "compiler/base/result.h"
#include "k8s-client/access/cluster_access.h"

namespace portcullis::k8s {

// The whole file. kNotFound, kPermission, kIo: "cannot read <what> <file>: <reason>".
[[nodiscard]] Result<std::string> read_text_file(const std::filesystem::path& file,
                                                 std::string_view what);

// The current text of the secret. One with both a file and a value falls back to the value if the
// file cannot be read. `what` names it in an error.
[[nodiscard]] Result<std::string> read_secret(const Secret& secret, std::string_view what);

}  // namespace portcullis::k8s

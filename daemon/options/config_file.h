#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "compiler/base/result.h"

namespace portcullis {

// One "key: value" of a configuration file, the value as text.
struct ConfigEntry {
  std::string key;
  std::string value;
  int line = 0;  // from 1
};

// Reads a YAML mapping of scalars. A value that is a list, a mapping or missing, a repeated key, or
// text that is not YAML is an error: "<file>:<line>: <key>: ...". An empty file is valid.
[[nodiscard]] Result<std::vector<ConfigEntry>> read_config_file(const std::filesystem::path& file);

}  // namespace portcullis

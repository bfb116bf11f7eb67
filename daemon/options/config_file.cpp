#include "daemon/options/config_file.h"

#include <yaml-cpp/yaml.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

namespace portcullis {
namespace {

tl::unexpected<Error> wrong(const std::filesystem::path& file, int line, const std::string& what) {
  return failure(ErrorCode::kInvalidInput,
                 file.string() + ":" + std::to_string(line) + ": " + what);
}

int line_of(const YAML::Mark& mark) { return mark.line < 0 ? 1 : mark.line + 1; }

Result<ConfigEntry> read_entry(const std::filesystem::path& file, const YAML::Node& key,
                               const YAML::Node& value) {
  const int line = line_of(key.Mark());
  if (!key.IsScalar()) return wrong(file, line, "a key must be an option's name");
  const std::string& name = key.Scalar();
  if (value.IsNull()) return wrong(file, line, name + ": has no value");
  if (!value.IsScalar()) {
    return wrong(file, line,
                 name + ": must be a single value, not a " + (value.IsMap() ? "mapping" : "list"));
  }
  return ConfigEntry{name, value.Scalar(), line};
}

Result<std::vector<ConfigEntry>> read_entries(const std::filesystem::path& file,
                                              const YAML::Node& root) {
  std::vector<ConfigEntry> entries;
  if (root.IsNull()) return entries;
  if (!root.IsMap()) {
    return wrong(file, line_of(root.Mark()), "must be a mapping of option names to values");
  }
  std::map<std::string, int> lines;
  for (const auto& pair : root) {
    auto entry = read_entry(file, pair.first, pair.second);
    if (!entry) return tl::unexpected(entry.error());
    const auto [first, fresh] = lines.emplace(entry->key, entry->line);
    if (!fresh) {
      return wrong(file, entry->line,
                   entry->key + ": is already set on line " + std::to_string(first->second));
    }
    entries.push_back(std::move(*entry));
  }
  return entries;
}

Result<std::string> read_text(const std::filesystem::path& file) {
  std::ostringstream text;
  errno = 0;
  std::ifstream in(file);
  if (in) text << in.rdbuf();
  if (!in || in.bad() || std::filesystem::is_directory(file)) {
    const int error = errno != 0 ? errno : EISDIR;
    return failure(
        error == EACCES   ? ErrorCode::kPermission
        : error == ENOENT ? ErrorCode::kNotFound
                          : ErrorCode::kIo,
        "cannot read the configuration file " + file.string() + ": " + std::strerror(error));
  }
  return text.str();
}

}  // namespace

Result<std::vector<ConfigEntry>> read_config_file(const std::filesystem::path& file) {
  const auto text = read_text(file);
  if (!text) return tl::unexpected(text.error());
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(*text);
    if (documents.empty()) return std::vector<ConfigEntry>{};
    if (documents.size() > 1) {
      return wrong(file, line_of(documents[1].Mark()),
                   "has a second document: only one is allowed");
    }
    return read_entries(file, documents.front());
  } catch (const YAML::Exception& error) {
    return wrong(file, line_of(error.mark), "is not YAML: " + error.msg);
  }
}

}  // namespace portcullis

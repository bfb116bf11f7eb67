#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace portcullis::test {

// A directory under the system's temporary one, removed with its content.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  const std::filesystem::path& path() const { return path_; }
  std::string operator/(std::string_view name) const { return (path_ / name).string(); }

  // Replaces a file's content in place; returns its path.
  std::string write(std::string_view name, std::string_view text) const;

 private:
  std::filesystem::path path_;
};

// Writes under another name and renames, so that a reader sees all or nothing.
void write_file(const std::filesystem::path& file, std::string_view text);

std::string read_file(const std::filesystem::path& file);  // "" if it cannot be read

}  // namespace portcullis::test

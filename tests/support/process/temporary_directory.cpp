#include "tests/support/process/temporary_directory.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace portcullis::test {

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "portcullis-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    std::perror("mkdtemp");
    std::abort();
  }
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryDirectory::write(std::string_view name, std::string_view text) const {
  std::ofstream(path_ / name, std::ios::binary) << text;
  return *this / name;
}

void write_file(const std::filesystem::path& file, std::string_view text) {
  const auto draft = file.parent_path() / ("." + file.filename().string() + ".draft");
  std::ofstream(draft, std::ios::binary) << text;
  std::filesystem::rename(draft, file);
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace portcullis::test

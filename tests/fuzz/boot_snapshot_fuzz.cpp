#include <stdlib.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "daemon/base/private_file.h"
#include "daemon/boot/boot_snapshot.h"

namespace {

using namespace portcullis;

constexpr const char* kNode = "node-1";

void require(bool holds) {
  if (!holds) abort();
}

// Removed at the end of the process.
struct Directory {
  std::string path = "/dev/shm/portcullis-fuzz-XXXXXX";

  Directory() { require(mkdtemp(path.data()) != nullptr); }
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

}  // namespace

// An arbitrary file as a boot snapshot. An accepted one enforces, and saving it again in the same
// boot writes the same bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Directory directory;
  const auto file = std::filesystem::path(directory.path) / "ruleset";
  const std::string text(reinterpret_cast<const char*>(data), size);
  require(replace_private_file(file, text).has_value());
  const auto saved = load_boot_snapshot(file, kNode);
  if (!saved) {
    require(saved.error().message.find(file.string()) != std::string::npos);
    return 0;
  }
  require(save_boot_snapshot(file, saved->ruleset, kNode).has_value());
  if (saved->of_this_boot) require(read_private_file(file) == text);
  return 0;
}

#include <stdlib.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/content_hash.h"
#include "daemon/base/private_file.h"
#include "daemon/boot/boot_snapshot.h"
#include "tests/fuzz/netlink_mutator.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

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

// Where the line after this many begins, or the end of the text.
std::size_t after_lines(std::string_view text, int count) {
  std::size_t at = 0;
  for (; count > 0 && at < text.size(); --count)
    at = std::min(text.find('\n', at), text.size() - 1) + 1;
  return at;
}

// `change`, which works in place as LLVMFuzzerMutate(), on text[begin, end).
template <class Change>
std::string changed(const std::string& text, std::size_t begin, std::size_t end, std::size_t most,
                    Change change) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  std::vector<std::uint8_t> part(bytes + begin, bytes + end);
  const auto size = part.size();
  part.resize(size + most - text.size());
  part.resize(change(part.data(), size, part.size()));
  return text.substr(0, begin) + std::string(part.begin(), part.end()) + text.substr(end);
}

// Any bytes without the end of a line: what follows stays messages.
std::size_t mutate_line(std::uint8_t* data, std::size_t size, std::size_t most) {
  size = LLVMFuzzerMutate(data, size, most);
  std::replace(data, data + size, std::uint8_t{'\n'}, std::uint8_t{' '});
  return size;
}

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

// Any change of one of the four lines at the top, or one of the messages as nf_tables could frame
// it; mostly with the right checksum.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  std::string text(reinterpret_cast<const char*>(data), size);
  const auto messages = after_lines(text, 4);
  const auto line = static_cast<int>(seed / 8 % 4);
  if (const auto end = after_lines(text, line + 1); seed % 4 == 0 && end > 0) {
    text = changed(text, after_lines(text, line), end - 1, most, mutate_line);
  } else {
    text = changed(text, messages, size, most, [&](auto* bytes, std::size_t count, auto room) {
      return mutate_messages(bytes, count, room, seed / 8);
    });
  }
  const auto checksum = after_lines(text, 1);
  const auto content = after_lines(text, 2);
  if (seed % 8 != 0 && content > checksum) {
    text.replace(checksum, content - checksum, content_hash(text.substr(content)) + '\n');
  }
  if (text.size() > most) return size;
  std::copy(text.begin(), text.end(), data);
  return text.size();
}

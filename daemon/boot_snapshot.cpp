#include "daemon/boot_snapshot.h"

#include <cstdint>
#include <string_view>
#include <vector>

#include "compiler/content_hash.h"
#include "compiler/diff.h"
#include "daemon/netlink/decode_batch.h"
#include "daemon/netlink/encode_batch.h"
#include "daemon/private_file.h"

namespace portcullis {
namespace {

// The number changes with the format, not with what stands in the messages: that is compared.
constexpr std::string_view kFirstLine = "portcullis ruleset 2\n";

tl::unexpected<Error> invalid(const std::string& why) {
  return failure(ErrorCode::kInvalidInput, why);
}

//     "portcullis ruleset 2" \n checksum \n node name \n messages
//                                           `-------------------'
//                             content_hash() of this, to the end of the file
//
Result<std::string> to_text(const Ruleset& ruleset, const std::string& node_name) {
  if (!enforces(ruleset)) {
    return failure(ErrorCode::kConflict, "the table has no rules that packets pass");
  }
  return nl::encode(diff({}, ruleset), 0).map([&](const nl::Batch& batch) {
    std::string content = node_name + '\n';
    content.append(batch.bytes().begin(), batch.bytes().end());
    return std::string(kFirstLine) + content_hash(content) + '\n' + content;
  });
}

std::string_view take_line(std::string_view& text) {
  const auto line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

Result<Ruleset> parse(std::string_view text, const std::string& node_name) {
  if (!text.starts_with(kFirstLine)) return invalid("it is no ruleset that this version wrote");
  text.remove_prefix(kFirstLine.size());
  const auto checksum = take_line(text);
  if (checksum != content_hash(text)) {
    return invalid("it is damaged: its checksum is not its content's");
  }
  if (const auto node = take_line(text); node != node_name) {
    return invalid("it is of node \"" + std::string(node) + "\", and this is \"" + node_name +
                   "\" (--node-name NAME)");
  }
  auto ruleset = nl::decode_batch(std::vector<std::uint8_t>(text.begin(), text.end()));
  if (!ruleset) return invalid("it holds " + ruleset.error().message);
  if (!enforces(*ruleset)) return invalid("it has no rules that packets pass");
  return ruleset;
}

}  // namespace

Result<void> save_boot_snapshot(const std::filesystem::path& file, const Ruleset& ruleset,
                                const std::string& node_name) {
  const auto text = to_text(ruleset, node_name);
  if (!text) return tl::unexpected(text.error());
  if (read_private_file(file) == *text) return {};
  return replace_private_file(file, *text);
}

Result<Ruleset> load_boot_snapshot(const std::filesystem::path& file,
                                   const std::string& node_name) {
  const auto refused = [&](Error error) {
    if (error.code == ErrorCode::kNotFound) return error;
    return Error{error.code, "the ruleset of the last run in " + file.string() + " is refused: " +
                                 error.message + "; once it is removed, the daemon writes another"};
  };
  return read_private_file(file)
      .and_then([&](const std::string& text) { return parse(text, node_name); })
      .map_error(refused);
}

}  // namespace portcullis

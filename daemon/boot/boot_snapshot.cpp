#include "daemon/boot/boot_snapshot.h"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/base/content_hash.h"
#include "compiler/ruleset/diff.h"
#include "daemon/base/private_file.h"
#include "daemon/host/network_namespace.h"
#include "daemon/netlink/table/decode_batch.h"
#include "daemon/netlink/table/encode_batch.h"

namespace portcullis {
namespace {

// The number changes with the format, not with the messages: those are compared.
constexpr std::string_view kFirstLine = "portcullis ruleset 2\n";

tl::unexpected<Error> invalid(const std::string& why) {
  return failure(ErrorCode::kInvalidInput, why);
}

//     "portcullis ruleset 2" \n checksum \n node name \n boot \n messages
//                                           `---------------------------'
//                             content_hash() of this, to the end of the file
//
// boot: life_of_tables() at the time of saving.
Result<std::string> to_text(const Ruleset& ruleset, const std::string& node_name) {
  if (!enforces(ruleset)) {
    return failure(ErrorCode::kConflict, "the table has no rules that packets pass");
  }
  return nl::encode(diff({}, ruleset), 0).map([&](const nl::Batch& batch) {
    std::string content = node_name + '\n' + life_of_tables() + '\n';
    content.append(batch.bytes().begin(), batch.bytes().end());
    return std::string(kFirstLine) + content_hash(content) + '\n' + content;
  });
}

std::string_view take_line(std::string_view& text) {
  const auto line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

Result<SavedRuleset> parse(std::string_view text, const std::string& node_name) {
  if (!text.starts_with(kFirstLine)) return invalid("it was not written by this version");
  text.remove_prefix(kFirstLine.size());
  const auto checksum = take_line(text);
  if (checksum != content_hash(text)) {
    return invalid("it is damaged: its checksum does not match");
  }
  if (const auto node = take_line(text); node != node_name) {
    return invalid("it is from node \"" + std::string(node) + "\", but this is \"" + node_name +
                   "\" (--node-name NAME)");
  }
  const std::string boot(take_line(text));
  auto ruleset = nl::decode_batch(std::vector<std::uint8_t>(text.begin(), text.end()));
  if (!ruleset) return invalid("it holds " + ruleset.error().message);
  if (!enforces(*ruleset)) return invalid("it has no rules that packets pass");
  const std::string now = life_of_tables();
  return SavedRuleset{std::move(*ruleset), boot.empty() || now.empty() || boot == now};
}

}  // namespace

Result<void> save_boot_snapshot(const std::filesystem::path& file, const Ruleset& ruleset,
                                const std::string& node_name) {
  const auto text = to_text(ruleset, node_name);
  if (!text) return tl::unexpected(text.error());
  if (read_private_file(file) == *text) return {};
  return replace_private_file(file, *text);
}

Result<SavedRuleset> load_boot_snapshot(const std::filesystem::path& file,
                                        const std::string& node_name) {
  const auto refused = [&](Error error) {
    if (error.code == ErrorCode::kNotFound) return error;
    return Error{error.code, "the saved ruleset of the last run in " + file.string() +
                                 " is rejected: " + error.message +
                                 "; remove it, and the daemon writes a new one"};
  };
  return read_private_file(file)
      .and_then([&](const std::string& text) { return parse(text, node_name); })
      .map_error(refused);
}

}  // namespace portcullis

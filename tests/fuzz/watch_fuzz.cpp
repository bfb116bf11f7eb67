#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "k8s-client/decode/frames.h"
#include "k8s-client/decode/messages.h"

namespace {

using namespace portcullis;

void require(bool holds) {
  if (!holds) abort();
}

void check_event(std::string_view message, k8s::Encoding encoding, Kind kind) {
  const auto event = k8s::decode_watch_event(message, encoding, kind);
  if (!event) return require(!event.error().message.empty());
  using Type = k8s::WatchEvent::Type;
  const bool changes = event->type != Type::kBookmark && event->type != Type::kError;
  require(changes == event->change.has_value());
  if (!event->change) return;
  require(is_removal(*event->change) == (event->type == Type::kDeleted));
  require(!key_of(*event->change).name.empty());
}

std::vector<std::string> messages_of(std::string_view text, k8s::Encoding encoding,
                                     std::size_t piece) {
  k8s::Frames frames(encoding);
  std::vector<std::string> all;
  while (!text.empty()) {
    const auto size = std::min(piece, text.size());
    const bool fits = frames.add(text.substr(0, size),
                                 [&](std::string_view message) { all.emplace_back(message); });
    if (!fits) return all;
    text.remove_prefix(size);
  }
  return all;
}

}  // namespace

// The first byte chooses the kind, the encoding and how the stream is split. Whatever a server
// sends: an event decodes in one way, independent of the splits, and a list is decoded or rejected.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto kind = kKinds[data[0] % kKinds.size()].kind;
  const auto encoding = data[0] < 128 ? k8s::Encoding::kJson : k8s::Encoding::kProtobuf;
  const std::size_t piece = 1U + (data[0] % 128) / kKinds.size();
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto messages = messages_of(text, encoding, piece);
  require(messages == messages_of(text, encoding, text.size()));
  for (const auto& message : messages) check_event(message, encoding, kind);
  const auto page = k8s::decode_page(text, encoding, kind);
  require(page ? !page->resource_version.empty() : !page.error().message.empty());
  return 0;
}

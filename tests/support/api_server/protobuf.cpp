#include "tests/support/api_server/protobuf.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>

namespace portcullis::test::api {
namespace {

using Json = nlohmann::json;

// The length-delimited fields of a message, by number; the last one counts.
using Message = std::map<std::uint64_t, std::string_view>;

std::uint64_t take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; !bytes.empty() && shift < 64; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) break;
  }
  return value;
}

// field = (number << 3 | type) bytes; type 0: varint, 1: 8 bytes, 2: length bytes, 5: 4 bytes.
Message parse(std::string_view bytes) {
  Message message;
  while (!bytes.empty()) {
    const std::uint64_t tag = take_varint(bytes);
    std::uint64_t size = 0;
    switch (tag & 7U) {
      case 0:
        take_varint(bytes);
        break;
      case 1:
        size = 8;
        break;
      case 2:
        size = take_varint(bytes);
        message[tag >> 3U] = bytes.substr(0, size);
        break;
      case 5:
        size = 4;
        break;
      default:
        return message;
    }
    bytes.remove_prefix(std::min<std::size_t>(size, bytes.size()));
  }
  return message;
}

std::string_view text(const Message& message, std::uint64_t number) {
  const auto found = message.find(number);
  return found == message.end() ? std::string_view() : found->second;
}

Message inner(const Message& message, std::uint64_t number) { return parse(text(message, number)); }

}  // namespace

// "k8s\0" Unknown{1: TypeMeta{1: apiVersion, 2: kind}, 2: raw}
std::optional<std::string> json_of_protobuf(std::string_view body) {
  constexpr std::string_view kMagic("k8s\0", 4);
  if (body.substr(0, kMagic.size()) != kMagic) return std::nullopt;
  const Message unknown = parse(body.substr(kMagic.size()));
  const Message type = inner(unknown, 1);
  const Message raw = inner(unknown, 2);
  Json object{{"apiVersion", text(type, 1)}, {"kind", text(type, 2)}};
  if (object["kind"] == "Namespace") {  // raw{1: ObjectMeta{1: name}}
    object["metadata"] = {{"name", text(inner(raw, 1), 1)}};
  } else if (object["kind"] == "SelfSubjectAccessReview") {
    // raw{2: spec{1: resourceAttributes{1: namespace, 2: verb, 3: group, 5: resource}}}
    const Message asked = inner(inner(raw, 2), 1);
    object["spec"]["resourceAttributes"] = {{"namespace", text(asked, 1)},
                                            {"verb", text(asked, 2)},
                                            {"group", text(asked, 3)},
                                            {"resource", text(asked, 5)}};
  } else {
    return std::nullopt;
  }
  return object.dump();
}

}  // namespace portcullis::test::api

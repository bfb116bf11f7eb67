#include "tests/support/protobuf/encode.h"

#include <nlohmann/json.hpp>
#include <protozero/pbf_writer.hpp>
#include <stdexcept>

#include "k8s-client/decode/resource.h"
#include "k8s-client/decode/timestamp.h"

namespace portcullis::test {
namespace {

using Json = nlohmann::json;
using Writer = protozero::pbf_writer;
using k8s::Wanted;
using k8s::Wire;

constexpr protozero::pbf_tag_type kUnknownField = 1000;

std::string message_of(const Json& object, const Wanted& wanted);

std::string pair_of(const std::string& first, const std::string& second) {
  std::string bytes;
  Writer message(bytes);
  message.add_string(1, first);
  message.add_string(2, second);
  return bytes;
}

std::string time_of(const std::string& text) {
  const auto seconds = k8s::parse_timestamp(text);
  if (!seconds) throw std::invalid_argument(text + " has no form in Protobuf");
  std::string bytes;
  Writer message(bytes);
  message.add_int64(1, *seconds);
  message.add_int32(2, 0);
  return bytes;
}

void add(Writer& message, const Json& value, const Wanted& member) {
  switch (member.wire) {
    case Wire::kText:
      return message.add_string(member.number, value.get<std::string>());
    case Wire::kFlag:
      return message.add_bool(member.number, value.get<bool>());
    case Wire::kInteger:
      return message.add_int64(member.number, value.get<std::int64_t>());
    case Wire::kTime:
      return message.add_message(member.number, time_of(value.get<std::string>()));
    case Wire::kTexts:
      for (const auto& [key, text] : value.items()) {
        message.add_message(member.number, pair_of(key, text.get<std::string>()));
      }
      return;
    case Wire::kMessage:
      return message.add_message(member.number, message_of(value, member));
    case Wire::kMessages:
      for (const auto& item : value) {
        message.add_message(member.number, message_of(item, member));
      }
      return;
  }
}

std::string message_of(const Json& object, const Wanted& wanted) {
  std::string bytes;
  Writer message(bytes);
  for (const auto& member : wanted.members) {
    const auto value = object.find(member.name);
    if (member.number == 0 || value == object.end() || value->is_null()) continue;
    add(message, *value, member);
    message.add_fixed64(kUnknownField, 1);
  }
  return bytes;
}

}  // namespace

std::string protobuf_object(const Json& object, const Wanted& wanted) {
  const auto kind = object.value("kind", "");
  std::string bytes("k8s\0", 4);
  Writer unknown(bytes);
  unknown.add_message(1, pair_of(object.value("apiVersion", ""), kind));
  unknown.add_message(2, message_of(object, kind == "Status" ? k8s::wanted_in_status() : wanted));
  unknown.add_string(3, "");
  unknown.add_string(4, "");
  return bytes;
}

std::string protobuf_event(const std::string& type, const Json& object, const Wanted& wanted) {
  std::string extension;
  Writer(extension).add_message(1, protobuf_object(object, wanted));
  return pair_of(type, extension);
}

std::string protobuf_frame(const std::string& message) {
  std::string frame;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    frame += static_cast<char>(message.size() >> shift & 0xffU);
  }
  return frame + message;
}

}  // namespace portcullis::test

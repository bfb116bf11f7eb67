#include "k8s-client/document/protobuf.h"

#include <optional>
#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>
#include <protozero/varint.hpp>
#include <string>
#include <utility>

namespace portcullis::k8s {
namespace {

using Reader = protozero::pbf_reader;

constexpr std::string_view kMagic("k8s\0", 4);

class Malformed : public protozero::exception {
 public:
  explicit Malformed(const char* what) : what_(what) {}
  const char* what() const noexcept override { return what_; }

 private:
  const char* what_;
};

constexpr const char* kOtherType = "a field has another type";
constexpr const char* kNoMark = "it does not begin with \"k8s\"";

std::string_view text(Reader& message) {
  if (message.wire_type() != protozero::pbf_wire_type::length_delimited)
    throw Malformed(kOtherType);
  const auto view = message.get_view();
  return {view.data(), view.size()};
}

std::int64_t number(Reader& message) {
  if (message.wire_type() != protozero::pbf_wire_type::varint) throw Malformed(kOtherType);
  return message.get_int64();
}

Reader submessage(Reader& message) {
  const auto bytes = text(message);
  return Reader(bytes.data(), bytes.size());
}

// The member's value, which collects the repetitions of its field.
template <class Collection>
Collection& collected(Document::Map& map, std::string_view name) {
  const auto found = std::ranges::find(map, name, &Document::Map::value_type::first);
  if (found != map.end()) return std::get<Collection>(found->second.value);
  return map.emplace_back(name, Document()).second.value.emplace<Collection>();
}

// A message of two fields with text, bytes or messages, empty where they are missing.
std::pair<std::string_view, std::string_view> read_pair(std::string_view bytes) {
  std::pair<std::string_view, std::string_view> pair;
  Reader message(bytes.data(), bytes.size());
  while (message.next()) {
    if (message.tag() == 1) {
      pair.first = text(message);
    } else if (message.tag() == 2) {
      pair.second = text(message);
    } else {
      message.skip();
    }
  }
  return pair;
}

Timestamp read_time(Reader time) {
  Timestamp timestamp;
  while (time.next()) time.tag() == 1 ? void(timestamp.seconds = number(time)) : time.skip();
  return timestamp;
}

Document::Map read_message(Reader message, const Wanted& wanted);

void read_member(Reader& message, const Wanted& member, Document::Map& map) {
  switch (member.wire) {
    case Wire::kText:
      if (const auto value = text(message); !value.empty()) {
        map.emplace_back(member.name, Document{std::string(value)});
      }
      break;
    case Wire::kFlag:
      map.emplace_back(member.name, Document{number(message) != 0});
      break;
    case Wire::kInteger:
      map.emplace_back(member.name, Document{number(message)});
      break;
    case Wire::kTime:
      if (const auto time = submessage(message); time.length() > 0) {
        map.emplace_back(member.name, Document{read_time(time)});
      }
      break;
    case Wire::kTexts: {
      auto& texts = collected<Document::Map>(map, member.name);
      const auto [key, value] = read_pair(text(message));
      if (member.all() || member.find(key) != nullptr) {
        texts.emplace_back(key, Document{std::string(value)});
      }
      break;
    }
    case Wire::kMessage:
      map.emplace_back(member.name, Document{read_message(submessage(message), member)});
      break;
    case Wire::kMessages:
      collected<Document::List>(map, member.name)
          .push_back(Document{read_message(submessage(message), member)});
      break;
  }
}

Document::Map read_message(Reader message, const Wanted& wanted) {
  Document::Map map;
  while (message.next()) {
    const auto* member = wanted.find(message.tag());
    member == nullptr ? message.skip() : read_member(message, *member, map);
  }
  return map;
}

// What is in front of a field's value.
struct FieldHead {
  std::uint64_t number = 0;  // 0: a field that cannot be text, bytes or a message
  std::uint64_t value_size = 0;
  std::size_t size = 0;  // its own; with the value if that is a number
};

// The one that the bytes begin with; nothing if it is not complete.
std::optional<FieldHead> read_head(std::string_view bytes) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  try {
    const auto tag = protozero::decode_varint(&at, end);
    FieldHead head;
    switch (static_cast<protozero::pbf_wire_type>(tag & 7U)) {
      case protozero::pbf_wire_type::varint:
        protozero::decode_varint(&at, end);
        break;
      case protozero::pbf_wire_type::fixed64:
        head.value_size = sizeof(std::uint64_t);
        break;
      case protozero::pbf_wire_type::fixed32:
        head.value_size = sizeof(std::uint32_t);
        break;
      case protozero::pbf_wire_type::length_delimited:
        head.number = tag >> 3U;
        head.value_size = protozero::decode_varint(&at, end);
        break;
      default:
        throw Malformed(kOtherType);
    }
    head.size = static_cast<std::size_t>(at - bytes.data());
    return head;
  } catch (const protozero::end_of_buffer_exception&) {
    return std::nullopt;
  }
}

// What `read` returns, or why the bytes are not what they should be.
template <class Read>
auto reading(Read read) -> tl::expected<decltype(read()), SyntaxError> {
  try {
    return read();
  } catch (const protozero::exception& error) {
    return tl::unexpected(
        SyntaxError{std::string("is not Protobuf, or ends too early: ") + error.what()});
  }
}

}  // namespace

tl::expected<Document, SyntaxError> parse_protobuf(std::string_view message, const Wanted& wanted) {
  return reading(
      [&] { return Document{read_message(Reader(message.data(), message.size()), wanted)}; });
}

tl::expected<ProtobufObject, SyntaxError> open_protobuf_object(std::string_view bytes) {
  return reading([&] {
    if (!bytes.starts_with(kMagic)) throw Malformed(kNoMark);
    const auto [type, message] = read_pair(bytes.substr(kMagic.size()));
    const auto [api_version, kind] = read_pair(type);
    return ProtobufObject{api_version, kind, message};
  });
}

tl::expected<void, SyntaxError> ProtobufObjectReader::add(std::string_view bytes,
                                                          const Visit& visit) {
  begun_ += bytes;
  std::string_view rest = begun_;
  const auto done = reading([&] {
    while (read(rest, visit)) continue;
    return true;
  });
  if (!done) return tl::unexpected(done.error());
  begun_.erase(0, begun_.size() - rest.size());
  return {};
}

bool ProtobufObjectReader::complete() const {
  const bool has_all = state_ == State::kAfter || (state_ == State::kWithin && left_ == 0);
  return has_all && begun_.empty();
}

// One step; false if it needs more bytes.
bool ProtobufObjectReader::read(std::string_view& rest, const Visit& visit) {
  if (state_ == State::kMark) {
    if (rest.size() < kMagic.size()) return false;
    if (!rest.starts_with(kMagic)) throw Malformed(kNoMark);
    rest.remove_prefix(kMagic.size());
    state_ = State::kBefore;
  }
  if (state_ == State::kWithin && left_ == 0) state_ = State::kAfter;
  const auto head = read_head(rest);
  if (!head) return false;
  if (state_ == State::kBefore && head->number == 2) {
    rest.remove_prefix(head->size);
    left_ = head->value_size;
    state_ = State::kWithin;
    return true;
  }
  if (head->value_size > kLongest) throw Malformed("a field is too long");
  const auto size = head->size + head->value_size;
  if (state_ == State::kWithin && size > left_)
    throw Malformed("a field is longer than its message");
  if (rest.size() < size) return false;
  const auto value = rest.substr(head->size, head->value_size);
  if (state_ == State::kWithin) {
    left_ -= size;
    if (head->number != 0) visit(static_cast<std::uint32_t>(head->number), value);
  } else if (head->number == 1) {
    kind_ = read_pair(value).second;
  }
  rest.remove_prefix(size);
  return true;
}

tl::expected<ProtobufEvent, SyntaxError> open_protobuf_event(std::string_view bytes) {
  return reading([&] {
    const auto [type, extension] = read_pair(bytes);
    return ProtobufEvent{type, read_pair(extension).first};
  });
}

}  // namespace portcullis::k8s

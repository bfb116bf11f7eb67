#include "k8s-client/decode/messages.h"

#include <algorithm>
#include <utility>

#include "compiler/base/escape.h"
#include "k8s-client/decode/resource.h"
#include "k8s-client/document/json.h"
#include "k8s-client/document/protobuf.h"

namespace portcullis::k8s {
namespace {

constexpr const char* kNotDecodable = "is in Protobuf, which hides fields that we do not know";
constexpr std::size_t kQuoted = 200;  // bytes of a response that is not a Status

const Document nothing;

const Document& member(const Document& document, std::string_view key) {
  const auto* found = document.find(key);
  return found == nullptr ? nothing : *found;
}

// Also if it is null.
Document* own_member(Document& document, std::string_view key) {
  auto* members = std::get_if<Document::Map>(&document.value);
  if (members == nullptr) return nullptr;
  const auto found = std::ranges::find(*members, key, &Document::Map::value_type::first);
  return found == members->end() ? nullptr : &found->second;
}

std::string text(const Document& document, std::string_view key) {
  return member(document, key).scalar_text().value_or("");
}

tl::unexpected<Error> garbage(const std::string& what, const std::string& why) {
  return failure(ErrorCode::kInvalidInput, "the API server sent " + what + " that " + why);
}

Status status_of(const Document& document, int code) {
  const auto* own_code = std::get_if<std::int64_t>(&member(document, "code").value);
  return {own_code == nullptr ? code : static_cast<int>(*own_code), text(document, "reason"),
          printable(text(document, "message"))};
}

using Parsed = tl::expected<Document, SyntaxError>;

// As its JSON would be. A Status may take an object's place.
Parsed parse_protobuf_object(std::string_view bytes, const Wanted& wanted) {
  const auto object = open_protobuf_object(bytes);
  if (!object) return tl::unexpected(object.error());
  auto document =
      parse_protobuf(object->message, object->kind == "Status" ? wanted_in_status() : wanted);
  if (!document) return document;
  auto& members = std::get<Document::Map>(document->value);
  members.emplace_back("apiVersion", Document{std::string(object->api_version)});
  members.emplace_back("kind", Document{std::string(object->kind)});
  return document;
}

Parsed parse_object(std::string_view bytes, Encoding encoding, const Wanted& wanted) {
  return encoding == Encoding::kJson ? parse_json(bytes, wanted)
                                     : parse_protobuf_object(bytes, wanted);
}

Parsed parse_watch_event(std::string_view bytes, Encoding encoding, Kind kind) {
  if (encoding == Encoding::kJson) return parse_json(bytes, wanted_in_watch_event(kind));
  const auto event = open_protobuf_event(bytes);
  if (!event) return tl::unexpected(event.error());
  auto object = parse_protobuf_object(event->object, wanted_in_object(kind));
  if (!object) return object;
  return Document{
      Document::Map{{"type", Document{std::string(event->type)}}, {"object", std::move(*object)}}};
}

// One object, decoded; nothing if it cannot be placed. Items of a list need not state their kind.
std::optional<Listed> decode_one(Document& document, Kind kind) {
  auto* members = std::get_if<Document::Map>(&document.value);
  if (members == nullptr) return std::nullopt;
  if (document.find("kind") == nullptr) {
    members->emplace_back("kind", Document{info(kind).name});
    members->emplace_back("apiVersion", Document{api_version_of(kind)});
  }
  if (text(document, "kind") != info(kind).name) return std::nullopt;
  auto decoded = decode(document, "", UnknownFields::kTolerate);
  if (decoded.objects.size() != 1) return std::nullopt;
  // An object without a name got one from decode() that no object can have.
  if (key_of(decoded.objects.front()).name.front() == '#') return std::nullopt;
  return Listed{std::move(decoded.objects.front()), std::move(decoded.defects),
                text(member(document, "metadata"), "resourceVersion")};
}

std::string named_list(Kind kind) { return std::string("a list of ") + info(kind).resource; }

std::string list_kind(Kind kind) { return info(kind).name + std::string("List"); }

void take_metadata(const Document& metadata, Page& page) {
  page.resource_version = text(metadata, "resourceVersion");
  page.continue_token = text(metadata, "continue");
}

std::optional<WatchEvent::Type> type_named(std::string_view name) {
  using Type = WatchEvent::Type;
  if (name == "ADDED") return Type::kAdded;
  if (name == "MODIFIED") return Type::kModified;
  if (name == "DELETED") return Type::kDeleted;
  if (name == "BOOKMARK") return Type::kBookmark;
  if (name == "ERROR") return Type::kError;
  return std::nullopt;
}

}  // namespace

Result<void> PageDecoder::add(std::string_view bytes) {
  if (!is_decodable(kind_, encoding_)) return garbage(named_list(kind_), kNotDecodable);
  if (encoding_ == Encoding::kJson) {
    json_ += bytes;
    return {};
  }
  Result<void> taken;
  const auto added = protobuf_.add(bytes, [&](std::uint32_t field, std::string_view value) {
    if (taken && protobuf_.kind() == list_kind(kind_)) taken = take(field, value);
  });
  if (!added) return garbage(named_list(kind_), added.error().message);
  return taken;
}

Result<void> PageDecoder::take_item(Document& item) {
  if (page_.objects.size() == most_) {
    return garbage(named_list(kind_), "has more than " + std::to_string(most_) + " objects");
  }
  auto listed = decode_one(item, kind_);
  if (!listed) {
    return garbage(named_list(kind_), "has an object without a name, or of another kind");
  }
  page_.objects.push_back(std::move(*listed));
  return {};
}

// A field of a list in Protobuf.
Result<void> PageDecoder::take(std::uint32_t field, std::string_view value) {
  const auto* member = wanted_in_list(kind_).find(field);
  if (member == nullptr) return {};
  auto document = parse_protobuf(value, *member);
  if (!document) return garbage(named_list(kind_), document.error().message);
  if (member->wire == Wire::kMessages) return take_item(*document);
  take_metadata(*document, page_);
  return {};
}

Result<Page> PageDecoder::finish_json() {
  const auto& wanted = wanted_in_list(kind_);
  Result<void> taken;
  auto document =
      parse_json_items(std::move(json_), wanted, *wanted.find("items"), [&](Document& item) {
        if (taken) taken = take_item(item);
      });
  if (!document) return garbage(named_list(kind_), document.error().message);
  if (text(*document, "kind") != list_kind(kind_)) {
    return garbage(named_list(kind_), "is of another kind");
  }
  take_metadata(member(*document, "metadata"), page_);
  if (page_.resource_version.empty()) return garbage(named_list(kind_), "has no resourceVersion");
  const auto* items = own_member(*document, "items");
  if (items == nullptr) return garbage(named_list(kind_), "has no items");
  page_.lacks_items = items->is_null();
  if (!page_.lacks_items && items->list() == nullptr) {
    return garbage(named_list(kind_), "has items that are not a list");
  }
  if (!taken) return tl::unexpected(taken.error());
  return std::move(page_);
}

Result<Page> PageDecoder::finish() {
  if (encoding_ == Encoding::kJson) return finish_json();
  if (!protobuf_.complete()) return garbage(named_list(kind_), "ends too early");
  if (protobuf_.kind() != list_kind(kind_)) return garbage(named_list(kind_), "is of another kind");
  if (page_.resource_version.empty()) return garbage(named_list(kind_), "has no resourceVersion");
  return std::move(page_);
}

Result<Page> decode_page(std::string_view bytes, Encoding encoding, Kind kind) {
  PageDecoder decoder(kind, encoding);
  const auto added = decoder.add(bytes);
  if (!added) return tl::unexpected(added.error());
  return decoder.finish();
}

Status decode_status(std::string_view bytes, Encoding encoding, int code) {
  const auto document = parse_object(bytes, encoding, wanted_in_status());
  if (document && text(*document, "kind") == "Status") return status_of(*document, code);
  if (code / 100 == 3) return {code, "", "a redirect, which is not followed: is there a proxy?"};
  const auto end = bytes.find_last_not_of(" \r\n") + 1;
  return {code, "", printable(bytes.substr(0, std::min(end, kQuoted)))};
}

std::string to_string(const Status& status) {
  std::string text = status.code == 0 ? "an error" : std::to_string(status.code);
  if (!status.reason.empty()) text += ' ' + status.reason;
  if (!status.message.empty()) text += ": " + status.message;
  return text;
}

Result<WatchEvent> decode_watch_event(std::string_view bytes, Encoding encoding, Kind kind) {
  const std::string what = std::string("an event of ") + info(kind).resource;
  if (!is_decodable(kind, encoding)) return garbage(what, kNotDecodable);
  auto document = parse_watch_event(bytes, encoding, kind);
  if (!document) return garbage(what, document.error().message);
  const auto type = type_named(text(*document, "type"));
  if (!type) return garbage(what, "has no known type");
  const Document& object = member(*document, "object");
  const Document& metadata = member(object, "metadata");
  WatchEvent event{.type = *type, .resource_version = text(metadata, "resourceVersion")};
  if (*type == WatchEvent::Type::kError) {
    if (text(object, "kind") != "Status") return garbage(what, "is an ERROR without a Status");
    event.status = status_of(object, 0);
    return event;
  }
  if (event.resource_version.empty()) return garbage(what, "has no resourceVersion");
  if (*type == WatchEvent::Type::kBookmark) return event;
  auto changed = decode_one(*own_member(*document, "object"), kind);
  if (!changed) return garbage(what, "has an object without a name, or of another kind");
  event.change = std::move(changed->object);
  if (*type == WatchEvent::Type::kDeleted) {
    event.change = removal_of(*event.change);
  } else {
    event.defects = std::move(changed->defects);
  }
  return event;
}

}  // namespace portcullis::k8s

#include "k8s-client/decode/messages.h"

#include <algorithm>
#include <utility>

#include "compiler/base/escape.h"
#include "k8s-client/document/json.h"

namespace portcullis::k8s {
namespace {

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

Result<Page> decode_page(std::string_view json, Kind kind) {
  const std::string what = std::string("a list of ") + info(kind).resource;
  auto document = parse_json(json, wanted_in_list(kind));
  if (!document) return garbage(what, document.error().message);
  if (text(*document, "kind") != info(kind).name + std::string("List")) {
    return garbage(what, "is of another kind");
  }
  const Document& metadata = member(*document, "metadata");
  Page page{.resource_version = text(metadata, "resourceVersion"),
            .continue_token = text(metadata, "continue")};
  if (page.resource_version.empty()) return garbage(what, "has no resourceVersion");
  auto* items = own_member(*document, "items");
  if (items == nullptr) return garbage(what, "has no items");
  page.lacks_items = items->is_null();
  if (page.lacks_items) return page;
  auto* list = std::get_if<Document::List>(&items->value);
  if (list == nullptr) return garbage(what, "has items that are not a list");
  for (Document& item : *list) {
    auto listed = decode_one(item, kind);
    if (!listed) return garbage(what, "has an object without a name, or of another kind");
    page.objects.push_back(std::move(*listed));
  }
  return page;
}

Status decode_status(std::string_view json, int code) {
  const auto document = parse_json(json, Wanted{});
  if (document && text(*document, "kind") == "Status") return status_of(*document, code);
  const auto end = json.find_last_not_of(" \r\n") + 1;
  return {code, "", printable(json.substr(0, std::min(end, kQuoted)))};
}

std::string to_string(const Status& status) {
  std::string text = std::to_string(status.code);
  if (!status.reason.empty()) text += ' ' + status.reason;
  if (!status.message.empty()) text += ": " + status.message;
  return text;
}

Result<WatchEvent> decode_watch_event(std::string_view line, Kind kind) {
  const std::string what = std::string("an event of ") + info(kind).resource;
  auto document = parse_json(line, wanted_in_watch_event(kind));
  if (!document) return garbage(what, document.error().message);
  const auto type = type_named(text(*document, "type"));
  if (!type) return garbage(what, "has no known type");
  const Document& object = member(*document, "object");
  const Document& metadata = member(object, "metadata");
  WatchEvent event{.type = *type, .resource_version = text(metadata, "resourceVersion")};
  if (*type == WatchEvent::Type::kError) {
    event.status = status_of(object, 0);
    return event;
  }
  if (event.resource_version.empty()) return garbage(what, "has no resourceVersion");
  if (*type == WatchEvent::Type::kBookmark) {
    event.ends_initial_events =
        text(member(metadata, "annotations"), "k8s.io/initial-events-end") == "true";
    return event;
  }
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

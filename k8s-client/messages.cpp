#include "k8s-client/messages.h"

#include <algorithm>
#include <utility>

#include "k8s-client/json.h"
#include "k8s-client/name_rules.h"

namespace portcullis::k8s {
namespace {

constexpr std::size_t kQuoted = 200;  // bytes of an answer that is no Status

const Document nothing;

const Document& member(const Document& document, std::string_view key) {
  const auto* found = document.find(key);
  return found == nullptr ? nothing : *found;
}

std::string text(const Document& document, std::string_view key) {
  return member(document, key).scalar_text().value_or("");
}

tl::unexpected<Error> garbage(const std::string& what, const std::string& why) {
  return failure(ErrorCode::kInvalidInput, "the API server sent " + what + " that " + why);
}

std::string kind_of(Resource resource) {
  static constexpr std::array kKinds = {"Namespace", "Pod", "NetworkPolicy"};
  return kKinds[static_cast<std::size_t>(resource)];
}

Status status_of(const Document& document, int code) {
  const auto* own_code = std::get_if<std::int64_t>(&member(document, "code").value);
  return {own_code == nullptr ? code : static_cast<int>(*own_code), text(document, "reason"),
          printable(text(document, "message"))};
}

// What decode() could give no name has one that no object can have.
bool has_a_name(const Object& object) {
  return std::visit(
      [](const auto& event) {
        if constexpr (requires { event.key; }) return event.key.name.front() != '#';
        return true;
      },
      put(object));
}

std::optional<WatchEvent::Type> type_named(std::string_view name) {
  using Type = WatchEvent::Type;
  if (name == "ADDED" || name == "MODIFIED") return Type::kPut;
  if (name == "DELETED") return Type::kDelete;
  if (name == "BOOKMARK") return Type::kBookmark;
  if (name == "ERROR") return Type::kError;
  return std::nullopt;
}

}  // namespace

Event put(const Object& object) {
  struct Put {
    Event operator()(const std::shared_ptr<const Pod>& pod) const {
      return PodEvent{pod->key, pod};
    }
    Event operator()(const std::shared_ptr<const Namespace>& ns) const {
      return NamespaceEvent{ns->name, ns};
    }
    Event operator()(const std::shared_ptr<const NetworkPolicy>& policy) const {
      return PolicyEvent{policy->key, policy};
    }
  };
  return std::visit(Put{}, object);
}

Event removed(const Event& event) {
  struct Removed {
    Event operator()(const PodEvent& event) const { return PodEvent{event.key, nullptr}; }
    Event operator()(const NamespaceEvent& event) const {
      return NamespaceEvent{event.name, nullptr};
    }
    Event operator()(const PolicyEvent& event) const { return PolicyEvent{event.key, nullptr}; }
  };
  return std::visit(Removed{}, event);
}

Result<Page> decode_page(std::string_view json, Resource resource) {
  const std::string what = std::string("a list of ") + to_string(resource);
  const auto document = parse_json(json, wanted_in_list(resource));
  if (!document) return garbage(what, document.error().message);
  if (text(*document, "kind") != kind_of(resource) + "List") return garbage(what, "is none");
  const Document& metadata = member(*document, "metadata");
  Page page{{}, {}, text(metadata, "resourceVersion"), text(metadata, "continue")};
  if (page.resource_version.empty()) return garbage(what, "has no resourceVersion");
  auto decoded = decode(*document, "", UnknownFields::kTolerate);
  const auto* items = member(*document, "items").list();
  if (decoded.objects.size() != (items == nullptr ? 0 : items->size()) ||
      !std::ranges::all_of(decoded.objects, has_a_name)) {
    return garbage(what, "has an object without a name or kind");
  }
  page.objects = std::move(decoded.objects);
  page.defects = std::move(decoded.defects);
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

Result<WatchEvent> decode_watch_event(std::string_view line, Resource resource) {
  const std::string what = std::string("an event of ") + to_string(resource);
  const auto document = parse_json(line, wanted_in_watch_event(resource));
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
  auto decoded = decode(object, "", UnknownFields::kTolerate);
  if (decoded.objects.size() != 1 || text(object, "kind") != kind_of(resource) ||
      !has_a_name(decoded.objects.front())) {
    return garbage(what, "has an object without a name or kind");
  }
  event.change = put(decoded.objects.front());
  if (*type == WatchEvent::Type::kDelete) {
    event.change = removed(*event.change);
  } else {
    event.defects = std::move(decoded.defects);
  }
  return event;
}

}  // namespace portcullis::k8s

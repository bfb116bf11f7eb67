#include "tests/support/api_server/write.h"

#include <nlohmann/json.hpp>
#include <regex>
#include <vector>

#include "tests/support/api_server/read.h"
#include "tests/support/api_server/selection.h"

namespace portcullis::test::api {
namespace {

using Json = nlohmann::json;

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

Json parse(const std::string& text) { return Json::parse(text, nullptr, false); }

std::string text_at(const Json& object, const char* field) {
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object()) return "";
  const auto found = metadata->find(field);
  return found != metadata->end() && found->is_string() ? found->get<std::string>() : "";
}

Reply invalid(const Request& request, const std::string& name, const std::string& problem) {
  const auto& about = info(*request.resource);
  const Json details{{"name", name}, {"group", about.group}, {"kind", about.kind}};
  return refusal(status_object(
      422, std::string(about.kind) + " " + quoted(name) + " is invalid: " + problem, details));
}

Reply bad_request(const std::string& message) { return refusal(400, message); }

std::optional<Reply> check_kind(const Request& request, const Json& object) {
  const auto& about = info(*request.resource);
  if (!object.is_object()) return bad_request("the body is not a JSON object");
  if (object.value("kind", Json(about.kind)) != about.kind ||
      object.value("apiVersion", Json(about.api_version)) != about.api_version) {
    return bad_request(std::string("the body is no ") + about.kind + " of " + about.api_version);
  }
  return std::nullopt;
}

std::optional<Reply> check_name(const Request& request, const std::string& name) {
  if (name.empty()) return invalid(request, name, "metadata.name: Required value");
  static const std::regex kName("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");
  if (std::regex_match(name, kName)) return std::nullopt;
  return invalid(request, name, "metadata.name: Invalid value: " + quoted(name));
}

Reply conflict(const Request& request) {
  const auto& about = info(*request.resource);
  const Json details{{"name", request.name}, {"kind", about.plural}};
  return refusal(status_object(409,
                               std::string("Operation cannot be fulfilled on ") + about.plural +
                                   " " + quoted(request.name) +
                                   ": the object has been modified; please apply your changes to "
                                   "the latest version and try again",
                               details));
}

Reply already_exists(const Request& request, const std::string& name) {
  const auto& about = info(*request.resource);
  const Json details{{"name", name}, {"kind", about.plural}};
  Json status = status_object(
      409, std::string(about.plural) + " " + quoted(name) + " already exists", details);
  status["reason"] = "AlreadyExists";
  return refusal(status);
}

// Copies from `object` only what this request may change.
Json admitted(const Request& request, const Json& before, Json object) {
  if (!info(*request.resource).has_status) return object;
  const bool status_only = request.subresource == "status";
  Json result = status_only ? before : std::move(object);
  const Json& status = status_only ? object : before;
  result.erase("status");
  if (status.contains("status")) result["status"] = status["status"];
  return result;
}

Reply store_update(Store& store, const Request& request, const Object& before, Json object) {
  if (const auto refused = check_kind(request, object)) return *refused;
  if (text_at(object, "name") != request.name) {
    return bad_request("the name of the object (" + text_at(object, "name") +
                       ") does not match the name on the URL (" + request.name + ")");
  }
  const std::string version = text_at(object, "resourceVersion");
  if (!version.empty() && version != text_at(*before, "resourceVersion")) return conflict(request);
  const std::string uid = text_at(object, "uid");
  if (!uid.empty() && uid != text_at(*before, "uid")) return conflict(request);
  return reply(*store.put(request.key(), admitted(request, *before, std::move(object))));
}

// Directives of a strategic merge patch ("$setElementOrder/containers") are not fields.
void drop_directives(Json& patch) {
  if (!patch.is_structured()) return;
  for (auto at = patch.begin(); at != patch.end();) {
    if (patch.is_object() && at.key().rfind('$', 0) == 0) {
      at = patch.erase(at);
    } else {
      drop_directives(*at);
      ++at;
    }
  }
}

}  // namespace

Reply create(Store& store, const Request& request) {
  Json object = parse(request.body);
  if (const auto refused = check_kind(request, object)) return *refused;
  std::string name = text_at(object, "name");
  if (const auto prefix = text_at(object, "generateName"); name.empty() && !prefix.empty()) {
    name = prefix + std::to_string(store.version());
  }
  if (const auto refused = check_name(request, name)) return *refused;
  if (!text_at(object, "resourceVersion").empty()) {
    return refusal(500, "resourceVersion should not be set on objects to be created");
  }
  if (info(*request.resource).namespaced && !store.find({Resource::kNamespaces, "", request.ns})) {
    return not_found(Resource::kNamespaces, request.ns);
  }
  const Key key{*request.resource, request.ns, name};
  if (store.find(key)) return already_exists(request, name);
  for (const char* field : {"uid", "creationTimestamp"}) object["metadata"].erase(field);
  object.erase("status");
  if (key.resource == Resource::kPods) object["status"] = {{"phase", "Pending"}};
  if (key.resource == Resource::kNamespaces) object["status"] = {{"phase", "Active"}};
  return reply(*store.put(key, std::move(object)), 201);
}

Reply replace(Store& store, const Request& request) {
  const Object before = store.find(request.key());
  if (!before) return not_found(*request.resource, request.name);
  return store_update(store, request, before, parse(request.body));
}

Reply patch(Store& store, const Request& request) {
  const Object before = store.find(request.key());
  if (!before) return not_found(*request.resource, request.name);
  const std::string type = request.field("content-type");
  Json change = parse(request.body);
  if (change.is_discarded()) return bad_request("the patch is not JSON");
  Json object = *before;
  if (type.rfind("application/json-patch+json", 0) == 0) {
    try {
      object = object.patch(change);
    } catch (const Json::exception& error) {
      return invalid(request, request.name, error.what());
    }
  } else if (type.rfind("application/merge-patch+json", 0) == 0) {
    object.merge_patch(change);
  } else if (type.rfind("application/strategic-merge-patch+json", 0) == 0) {
    drop_directives(change);
    object.merge_patch(change);
  } else {
    return refusal(415, "the patch is of an unknown type: " + type);
  }
  return store_update(store, request, before, std::move(object));
}

Reply erase(Store& store, const Request& request) {
  const Object last = store.erase(request.key());
  if (!last) return not_found(*request.resource, request.name);
  const Json details{{"name", request.name},
                     {"kind", info(*request.resource).plural},
                     {"uid", text_at(*last, "uid")}};
  return reply(Json{{"kind", "Status"},
                    {"apiVersion", "v1"},
                    {"metadata", Json::object()},
                    {"status", "Success"},
                    {"details", details}});
}

Reply erase_collection(Store& store, const Request& request) {
  const Selection selection(request.parameter("labelSelector"), request.parameter("fieldSelector"));
  Reply before = list(store, request);
  std::vector<Key> keys;
  for (const auto& [key, object] : store.contents()) {
    if (key.resource == *request.resource && (request.ns.empty() || key.ns == request.ns) &&
        selection.matches(*object)) {
      keys.push_back(key);
    }
  }
  for (const Key& key : keys) store.erase(key);
  return before;
}

}  // namespace portcullis::test::api

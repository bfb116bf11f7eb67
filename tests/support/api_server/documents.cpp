#include "tests/support/api_server/documents.h"

#include <nlohmann/json.hpp>

#include "tests/support/api_server/resource.h"

namespace portcullis::test::api {
namespace {

using Json = nlohmann::json;

constexpr const char* kAuthorization = "authorization.k8s.io";

Json group(const std::string& name) {
  const Json version{{"groupVersion", name + "/v1"}, {"version", "v1"}};
  return {{"name", name}, {"versions", {version}}, {"preferredVersion", version}};
}

Json group_list() {
  return {{"kind", "APIGroupList"},
          {"apiVersion", "v1"},
          {"groups", {group(kAuthorization), group("networking.k8s.io")}}};
}

Json resource_list(const std::string& group_version) {
  Json resources = Json::array();
  for (const Resource resource : kResources) {
    const auto& about = info(resource);
    if (group_version != about.api_version) continue;
    Json entry{
        {"name", about.plural},
        {"singularName", about.singular},
        {"namespaced", about.namespaced},
        {"kind", about.kind},
        {"verbs",
         {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}},
        {"shortNames", {about.short_name}}};
    if (resource == Resource::kPods) entry["categories"] = {"all"};
    resources.push_back(entry);
    if (!about.has_status) continue;
    entry["name"] = std::string(about.plural) + "/status";
    entry["singularName"] = "";
    entry["verbs"] = {"get", "patch", "update"};
    entry.erase("shortNames");
    entry.erase("categories");
    resources.push_back(entry);
  }
  return {{"kind", "APIResourceList"},
          {"apiVersion", "v1"},
          {"groupVersion", group_version},
          {"resources", resources}};
}

Json review_resources() {
  Json list = resource_list(std::string(kAuthorization) + "/v1");
  list["resources"] = Json::array();
  list["resources"].push_back({{"name", "selfsubjectaccessreviews"},
                               {"singularName", "selfsubjectaccessreview"},
                               {"namespaced", false},
                               {"kind", "SelfSubjectAccessReview"},
                               {"verbs", {"create"}}});
  return list;
}

// "v1.32.4": major 1, minor 32.
Json version_info(const std::string& version) {
  const auto dot = version.find('.');
  const auto end = version.find('.', dot + 1);
  return {{"major", version.substr(1, dot - 1)},
          {"minor", version.substr(dot + 1, end - dot - 1)},
          {"gitVersion", version},
          {"gitCommit", std::string(40, '0')},
          {"gitTreeState", "clean"},
          {"buildDate", "2025-01-01T00:00:00Z"},
          {"goVersion", "go1.23.0"},
          {"compiler", "gc"},
          {"platform", "linux/amd64"}};
}

}  // namespace

std::optional<Reply> document(const std::string& path, const std::string& version) {
  if (path == "/healthz" || path == "/livez" || path == "/readyz") {
    return Reply{.status = 200, .body = "ok", .content_type = "text/plain; charset=utf-8"};
  }
  if (path == "/version") return reply(version_info(version));
  if (path == "/api") {
    return reply({{"kind", "APIVersions"}, {"versions", {"v1"}}});
  }
  if (path == "/apis") return reply(group_list());
  if (path == "/api/v1") return reply(resource_list("v1"));
  if (path == "/apis/networking.k8s.io/v1") return reply(resource_list("networking.k8s.io/v1"));
  if (path == "/apis/authorization.k8s.io/v1") return reply(review_resources());
  return std::nullopt;
}

std::optional<AccessQuestion> parse_access_review(std::string_view body) {
  const Json review = Json::parse(body, nullptr, false);
  const Json::json_pointer where("/spec/resourceAttributes");
  if (!review.is_object() || !review.contains(where)) return std::nullopt;
  const Json& asked = review.at(where);
  return AccessQuestion{asked.value("verb", ""), asked.value("group", ""),
                        asked.value("resource", ""), asked.value("namespace", "")};
}

Reply access_review(std::string_view body, bool allowed) {
  Json review = Json::parse(body);
  review["status"] = {{"allowed", allowed}};
  return reply(review, 201);
}

}  // namespace portcullis::test::api

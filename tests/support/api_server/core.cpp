#include "tests/support/api_server/core.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/support/api_server/connection.h"
#include "tests/support/api_server/list.h"

namespace portcullis::test::api {
namespace {

using Json = nlohmann::json;

constexpr const char* kReviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

bool authenticated(const Setup& setup, const Request& request) {
  if (setup.tokens.empty()) return true;
  const std::string scheme = "Bearer ";
  const std::string credentials = request.field("authorization");
  return credentials.starts_with(scheme) &&
         setup.tokens.contains(credentials.substr(scheme.size()));
}

bool is_denied(const Core& core, const Access& asked) {
  const auto covers = [](const std::string& rule, const std::string& value) {
    return rule == "*" || rule == value;
  };
  return std::ranges::any_of(core.denied, [&](const Access& rule) {
    return covers(rule.verb, asked.verb) && covers(rule.resource, asked.resource);
  });
}

Reply forbidden(Verb verb, const ResourceInfo& about) {
  return refusal(403, std::string(about.plural) + " is forbidden: User \"test\" cannot " +
                          to_string(verb) + " resource \"" + about.plural + "\" in API group \"" +
                          about.group + "\" at the cluster scope");
}

// An unknown parameter is an error: a test must not pass because it was ignored.
bool knows_parameters(const Request& request) {
  static const std::set<std::string> kOfLists = {"continue", "limit"};
  static const std::set<std::string> kOfWatches = {"allowWatchBookmarks", "resourceVersion",
                                                   "timeoutSeconds", "watch"};
  const auto& known = request.verb == Verb::kList ? kOfLists : kOfWatches;
  return std::ranges::all_of(
      request.query, [&](const auto& parameter) { return known.contains(parameter.first); });
}

// "v1.32.4": minor 32.
Reply version_document(const std::string& version) {
  const auto dot = version.find('.');
  const auto end = version.find('.', dot + 1);
  return reply({{"minor", version.substr(dot + 1, end - dot - 1)}, {"gitVersion", version}});
}

// A SelfSubjectAccessReview with its answer.
Reply review(const Core& core, const std::string& body) {
  Json review = Json::parse(body, nullptr, false);
  const Json::json_pointer where("/spec/resourceAttributes");
  if (!review.is_object() || !review.contains(where)) {
    return refusal(400, "a SelfSubjectAccessReview with resourceAttributes is needed");
  }
  const Json& asked = review.at(where);
  const bool denied = is_denied(core, {asked.value("verb", ""), asked.value("resource", "")});
  review["status"] = {{"allowed", !denied}};
  return reply(review, 201);
}

}  // namespace

std::optional<Reply> refuse(const Core& core, const Request& request) {
  if (!authenticated(core.setup, request)) return usual_refusal(401);
  if (!request.resource) return std::nullopt;
  const auto& about = info(*request.resource);
  if (is_denied(core, {to_string(request.verb), about.plural})) {
    return forbidden(request.verb, about);
  }
  if (!knows_parameters(request)) return refusal(400, "a parameter is unknown to this test server");
  return std::nullopt;
}

Reply serve(const Core& core, const Request& request) {
  if (request.verb == Verb::kList) return list(core.store, request);
  if (request.path == "/version") return version_document(core.setup.version);
  if (request.path == kReviews && request.method == "POST") return review(core, request.body);
  return usual_refusal(404);
}

void notify(Core& core) {
  for (const auto& weak : core.connections) {
    const auto connection = weak.lock();
    if (connection && connection->watch() != nullptr) connection->watch()->follow();
  }
}

}  // namespace portcullis::test::api

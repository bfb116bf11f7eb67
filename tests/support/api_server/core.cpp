#include "tests/support/api_server/core.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/support/api_server/connection.h"
#include "tests/support/api_server/documents.h"
#include "tests/support/api_server/read.h"
#include "tests/support/api_server/write.h"

namespace portcullis::test::api {
namespace {

constexpr const char* kReviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

bool authenticated(const Setup& setup, const Request& request, bool certified) {
  const bool asks = setup.tls && !setup.tls->client_authority.empty();
  if (setup.tokens.empty() && !asks) return true;
  if (asks && certified) return true;
  const std::string scheme = "Bearer ";
  const std::string credentials = request.field("authorization");
  return credentials.rfind(scheme, 0) == 0 &&
         setup.tokens.count(credentials.substr(scheme.size())) > 0;
}

bool is_denied(const Core& core, const Access& asked) {
  const auto covers = [](const std::string& rule, const std::string& value) {
    return rule == "*" || rule == value;
  };
  return std::any_of(core.denied.begin(), core.denied.end(), [&](const Access& rule) {
    return covers(rule.verb, asked.verb) && covers(rule.resource, asked.resource) &&
           covers(rule.ns, asked.ns);
  });
}

Reply forbidden(const Request& request) {
  const auto& about = info(*request.resource);
  const std::string where =
      request.ns.empty() ? "at the cluster scope" : "in the namespace \"" + request.ns + "\"";
  const nlohmann::json details{{"kind", about.plural}, {"group", about.group}};
  return refusal(status_object(403,
                               std::string(about.plural) + " is forbidden: User \"test\" cannot " +
                                   to_string(request.verb) + " resource \"" + about.plural +
                                   "\" in API group \"" + about.group + "\" " + where,
                               details));
}

Reply review(const Core& core, const Request& request) {
  const auto asked = parse_access_review(request.body);
  if (!asked) return refusal(400, "a SelfSubjectAccessReview with resourceAttributes is needed");
  return access_review(request.body, !is_denied(core, {asked->verb, asked->resource, asked->ns}));
}

Reply serve_resource(Core& core, const Request& request) {
  const auto& subresource = request.subresource;
  const bool known =
      subresource.empty() || (subresource == "status" && info(*request.resource).has_status &&
                              (request.verb == Verb::kGet || request.verb == Verb::kUpdate ||
                               request.verb == Verb::kPatch));
  if (!known) return usual_refusal(404, std::nullopt);
  switch (request.verb) {
    case Verb::kGet:
      return get(core.store, request);
    case Verb::kList:
      return list(core.store, request);
    case Verb::kCreate:
      return create(core.store, request);
    case Verb::kUpdate:
      return replace(core.store, request);
    case Verb::kPatch:
      return patch(core.store, request);
    case Verb::kDelete:
      return erase(core.store, request);
    case Verb::kDeleteCollection:
      return erase_collection(core.store, request);
    default:
      return usual_refusal(405, std::nullopt);
  }
}

}  // namespace

std::optional<Reply> refuse(const Core& core, const Request& request, bool certified) {
  if (!authenticated(core.setup, request, certified)) return usual_refusal(401, std::nullopt);
  if (!request.resource) return std::nullopt;
  const Access asked{to_string(request.verb), info(*request.resource).plural, request.ns};
  if (is_denied(core, asked)) return forbidden(request);
  return std::nullopt;
}

Reply serve(Core& core, const Request& request) {
  if (request.path == kReviews && request.method == "POST") return review(core, request);
  if (!request.resource) {
    const auto found = document(request.path, core.setup.version);
    return found ? *found : usual_refusal(404, std::nullopt);
  }
  const auto before = core.store.version();
  Reply result = serve_resource(core, request);
  if (core.store.version() != before) notify(core);
  return result;
}

void notify(Core& core) {
  for (const auto& weak : core.connections) {
    const auto connection = weak.lock();
    if (connection && connection->watch() != nullptr) connection->watch()->follow();
  }
}

}  // namespace portcullis::test::api

#include "tests/support/api_server/reply.h"

#include <map>
#include <nlohmann/json.hpp>

namespace portcullis::test::api {
namespace {

using Json = nlohmann::json;

struct Usual {
  const char* reason;
  const char* message;
};

Usual usual(unsigned code) {
  static const std::map<unsigned, Usual> kAll = {
      {400, {"BadRequest", "the server rejected our request for an unknown reason"}},
      {401, {"Unauthorized", "Unauthorized"}},
      {403, {"Forbidden", "forbidden: User \"test\" cannot do this"}},
      {404, {"NotFound", "the server could not find the requested resource"}},
      {405, {"MethodNotAllowed", "the server does not allow this method on the resource"}},
      {409, {"Conflict", "the object has been modified"}},
      {410, {"Expired", "The resourceVersion for the provided watch is too old."}},
      {415, {"UnsupportedMediaType", "the body of the request was in an unknown format"}},
      {422, {"Invalid", "the object is invalid"}},
      {429, {"TooManyRequests", "Too many requests, please try again later."}},
      {500, {"InternalError", "Internal error occurred: etcdserver: request timed out"}},
      {503, {"ServiceUnavailable", "the server is currently unable to handle the request"}},
      {504, {"Timeout", "the server was unable to return a response in the time allotted"}},
  };
  const auto found = kAll.find(code);
  return found == kAll.end() ? Usual{"", "an error of the test's choice"} : found->second;
}

}  // namespace

std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json status_object(unsigned code, const std::string& message, const Json& details) {
  Json status{{"kind", "Status"},    {"apiVersion", "v1"}, {"metadata", Json::object()},
              {"status", "Failure"}, {"message", message}, {"code", code}};
  if (const std::string reason = usual(code).reason; !reason.empty()) status["reason"] = reason;
  if (!details.empty()) status["details"] = details;
  return status;
}

Json status_object(unsigned code, const std::string& message) {
  return status_object(code, message, Json::object());
}

Reply reply(const Json& object, unsigned status) { return {status, to_text(object) + "\n"}; }

Reply refusal(const Json& status) { return reply(status, status.at("code").get<unsigned>()); }

Reply refusal(unsigned code, const std::string& message) {
  return refusal(status_object(code, message));
}

Reply usual_refusal(unsigned code, std::optional<std::chrono::seconds> retry_after) {
  if (!retry_after) return refusal(code, usual(code).message);
  const Json details{{"retryAfterSeconds", retry_after->count()}};
  Reply result = refusal(status_object(code, usual(code).message, details));
  result.fields.emplace_back("Retry-After", std::to_string(retry_after->count()));
  return result;
}

Reply forbidden_option(const std::string& field, const std::string& message) {
  const Json cause{
      {"reason", "FieldValueForbidden"}, {"message", "Forbidden: " + message}, {"field", field}};
  return refusal(status_object(
      422, "ListOptions.meta.k8s.io \"\" is invalid: " + field + ": Forbidden: " + message,
      {{"group", "meta.k8s.io"}, {"kind", "ListOptions"}, {"causes", {cause}}}));
}

Reply too_large_version(unsigned long long asked, unsigned long long current) {
  const Json cause{{"reason", "ResourceVersionTooLarge"},
                   {"message", "Too large resource version"}};
  Reply result =
      refusal(status_object(504,
                            "Timeout: Too large resource version: " + std::to_string(asked) +
                                ", current: " + std::to_string(current),
                            {{"causes", {cause}}, {"retryAfterSeconds", 1}}));
  result.fields.emplace_back("Retry-After", "1");
  return result;
}

}  // namespace portcullis::test::api

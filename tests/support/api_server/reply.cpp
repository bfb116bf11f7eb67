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
      {410, {"Expired", "The resourceVersion for the provided watch is too old."}},
      {422, {"Invalid", "the object is invalid"}},
      {429, {"TooManyRequests", "Too many requests, please try again later."}},
      {500, {"InternalError", "Internal error occurred: etcdserver: request timed out"}},
      {503, {"ServiceUnavailable", "the server is currently unable to handle the request"}},
  };
  const auto found = kAll.find(code);
  return found == kAll.end() ? Usual{"", "an error of the test's choice"} : found->second;
}

}  // namespace

std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json status_object(unsigned code, const std::string& message) {
  Json status{{"kind", "Status"},    {"apiVersion", "v1"}, {"metadata", Json::object()},
              {"status", "Failure"}, {"message", message}, {"code", code}};
  if (const std::string reason = usual(code).reason; !reason.empty()) status["reason"] = reason;
  return status;
}

Reply reply(const Json& object, unsigned status) { return {status, to_text(object) + "\n"}; }

Reply refusal(unsigned code, const std::string& message) {
  return reply(status_object(code, message), code);
}

Reply usual_refusal(unsigned code, std::optional<std::chrono::seconds> retry_after) {
  Reply result = refusal(code, usual(code).message);
  if (retry_after) result.fields.emplace_back("Retry-After", std::to_string(retry_after->count()));
  return result;
}

}  // namespace portcullis::test::api

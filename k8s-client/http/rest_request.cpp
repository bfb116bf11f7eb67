#include "k8s-client/http/rest_request.h"

#include <cpprest/http_client.h>

#include <system_error>
#include <utility>

#include "k8s-client/http/http_config.h"
#include "k8s-client/http/transport_error.h"

namespace portcullis::k8s {
namespace {

using web::http::header_names;
using web::http::http_response;

web::http::http_request to_message(const HttpRequest& request) {
  const bool posts = !request.json.empty();
  web::http::http_request message(posts ? web::http::methods::POST : web::http::methods::GET);
  message.set_request_uri(web::uri(request.target));
  message.headers() = to_headers(request.fields);
  if (posts) message.set_body(request.json, "application/json");
  return message;
}

HttpHead head_of(const http_response& response) {
  HttpHead head{.code = response.status_code(), .content_type = response.headers().content_type()};
  const auto field = response.headers().find(header_names::retry_after);
  if (field != response.headers().end()) head.retry_after = parse_retry_after(field->second);
  return head;
}

std::optional<Error> failure_of(const pplx::task<void>& answer, std::chrono::seconds idle_limit,
                                const Refusal& refusal) {
  try {
    answer.get();
    return std::nullopt;
  } catch (const web::http::http_exception& error) {
    if (error.error_code() == std::errc::timed_out) return silence(idle_limit);
    return Error{ErrorCode::kIo,
                 describe_failure(error.what(), error.error_code(), refusal.reason())};
  } catch (const std::exception& error) {
    return Error{ErrorCode::kIo, error.what()};
  }
}

}  // namespace

void send_request(const std::shared_ptr<web::http::client::http_client>& client,
                  const HttpRequest& request, const std::shared_ptr<HttpReceiver>& receiver,
                  std::shared_ptr<Refusal> refusal, const pplx::cancellation_token& cancelled) {
  pplx::create_task([=] { return client->request(to_message(request), cancelled); })
      .then([receiver](const http_response& response) {
        receiver->take_head(head_of(response));
        return response.extract_utf8string(true);
      })
      .then([receiver](const std::string& body) { receiver->take(body, [] {}); })
      .then([receiver, refusal = std::move(refusal),
             idle_limit = request.idle_limit](const pplx::task<void>& whole) {
        receiver->finish(failure_of(whole, idle_limit, *refusal));
      });
}

}  // namespace portcullis::k8s

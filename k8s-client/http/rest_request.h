#pragma once

#include <memory>

#include "k8s-client/http/http_exchange.h"
#include "k8s-client/http/tls.h"

namespace pplx {
class cancellation_token;
}
namespace web::http::client {
class http_client;
}

namespace portcullis::k8s {

// Sends a request with cpprestsdk, by a client of its route and its limit, and returns at once.
// Once cancelled, it ends with an error. The body is passed on in one piece.
void send_request(const std::shared_ptr<web::http::client::http_client>& client,
                  const HttpRequest& request, const std::shared_ptr<HttpReceiver>& receiver,
                  std::shared_ptr<Refusal> refusal, const pplx::cancellation_token& cancelled);

}  // namespace portcullis::k8s

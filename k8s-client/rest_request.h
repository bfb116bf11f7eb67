#pragma once

#include <memory>

#include "k8s-client/http_exchange.h"
#include "k8s-client/tls.h"

namespace pplx {
class cancellation_token;
}
namespace web::http::client {
class http_client;
}

namespace portcullis::k8s {

// Sends a request with cpprestsdk, through a client for its route and limit, and returns at once.
// When cancelled, it ends with an error. The body of a response that is not chunked may be delayed
// until all of it, or 64 KiB, have arrived.
void send_request(std::shared_ptr<web::http::client::http_client> client,
                  const HttpRequest& request, std::shared_ptr<HttpReceiver> receiver,
                  std::shared_ptr<Refusal> refusal, const pplx::cancellation_token& cancelled);

}  // namespace portcullis::k8s

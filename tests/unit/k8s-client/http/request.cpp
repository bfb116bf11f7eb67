#include "tests/unit/k8s-client/http/request.h"

#include <cpprest/http_client.h>
#include <openssl/ssl.h>
#include <pplx/threadpool.h>

namespace portcullis::k8s::test {
namespace {

// The pool's threads end after the exit handlers, and must then still find the TLS library to free
// its per-thread data.
void initialize() {
  static const bool kDone = [] {
    OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT, nullptr);
    crossplat::threadpool::initialize_with_threads(2);
    return true;
  }();
  static_cast<void>(kDone);
}

Answer send(const ClusterAccess& access, Credentials& credentials, const Environment& environment) {
  initialize();
  const auto refusal = std::make_shared<Refusal>();
  const auto identity = credentials.get();
  if (!identity) return {0, identity.error().message, {}};
  const auto route = route_to(access, environment);
  if (!route) return {0, route.error().message, {}};
  auto config = client_config(access, {std::shared_ptr<void>(), &credentials}, *route, refusal);
  config.set_timeout(std::chrono::seconds(20));
  try {
    web::http::client::http_client client(client_url(*route), config);
    web::http::http_request request(web::http::methods::GET);
    request.set_request_uri("/version");
    request.headers() = to_headers(header_fields(access, *identity));
    return {client.request(request).get().status_code(), {}, {}};
  } catch (const std::exception& error) {
    return {0, error.what(), refusal->reason()};
  }
}

}  // namespace

Answer request(const ClusterAccess& access, Credentials& credentials,
               const Environment& environment) {
  return send(access, credentials, environment);
}

Answer request(const ClusterAccess& access, const Environment& environment) {
  Credentials credentials(access);
  return send(access, credentials, environment);
}

}  // namespace portcullis::k8s::test

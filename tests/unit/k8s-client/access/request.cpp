#include "tests/unit/k8s-client/access/request.h"

#include <cpprest/http_client.h>
#include <pplx/threadpool.h>

namespace portcullis::k8s::test {
namespace {

Answer send(const ClusterAccess& access, Credentials& credentials, const Environment& environment) {
  static const bool kFewThreads = (crossplat::threadpool::initialize_with_threads(2), true);
  static_cast<void>(kFewThreads);
  const auto refusal = std::make_shared<Refusal>();
  const auto identity = credentials.get();
  if (!identity) return {0, identity.error().message, {}};
  auto config = client_config(access, credentials, environment, refusal);
  if (!config) return {0, config.error().message, {}};
  config->set_timeout(std::chrono::seconds(20));
  try {
    web::http::client::http_client client(client_url(access, environment), *config);
    web::http::http_request request(web::http::methods::GET);
    request.set_request_uri("/version");
    request.headers() = request_headers(access, *identity);
    return {client.request(request).get().status_code(), {}, {}};
  } catch (const std::exception& error) {
    return {0, error.what(), refusal->take()};
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

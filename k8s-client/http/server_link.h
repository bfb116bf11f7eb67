#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "compiler/base/result.h"
#include "k8s-client/access/cluster_access.h"
#include "k8s-client/access/credentials.h"
#include "k8s-client/access/endpoints.h"
#include "k8s-client/http/http_exchange.h"
#include "k8s-client/http/route.h"
#include "k8s-client/http/tls.h"

namespace web::http::client {
class http_client;
}

namespace portcullis::k8s {

// Shared by the requests of one ApiClient: how to reach the server, our identity, and the
// connections that cpprestsdk keeps. Thread safe.
class ServerLink {
 public:
  ServerLink(ClusterAccess access, Route route, Resolve resolve);

  const ClusterAccess& access() const { return access_; }
  const Route& route() const { return route_; }
  Credentials& credentials() { return *credentials_; }
  Endpoints& endpoints() { return endpoints_; }
  const std::shared_ptr<Refusal>& refusal() const { return refusal_; }  // of `client`'s connections

  // A client keeps connections, and with them the client certificate that was sent there.
  std::shared_ptr<web::http::client::http_client> client(const HttpRequest& request);

  void forget_clients();

  // For one connection of a stream; null if the server does not use TLS. Reads files.
  [[nodiscard]] Result<std::shared_ptr<boost::asio::ssl::context>> tls(
      const Identity& identity, const std::shared_ptr<Refusal>& refusal) const;

 private:
  // cpprestsdk has one limit per client, counted from the last piece.
  using Key = std::pair<boost::asio::ip::tcp::endpoint, std::chrono::seconds>;

  const ClusterAccess access_;
  const Route route_;
  const std::shared_ptr<Credentials> credentials_;
  const std::shared_ptr<Refusal> refusal_ = std::make_shared<Refusal>();
  Endpoints endpoints_;

  std::mutex mutex_;  // guards the following
  std::map<Key, std::shared_ptr<web::http::client::http_client>> clients_;
};

}  // namespace portcullis::k8s

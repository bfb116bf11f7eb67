#include "k8s-client/http/server_link.h"

#include <cpprest/http_client.h>

#include <boost/asio/ssl/context.hpp>

#include "k8s-client/http/http_config.h"

namespace portcullis::k8s {

ServerLink::ServerLink(ClusterAccess access, Route route, Resolve resolve)
    : access_(std::move(access)),
      route_(std::move(route)),
      credentials_(std::make_shared<Credentials>(access_)),
      endpoints_(route_.next_hop().host, route_.next_hop().port, std::move(resolve)) {}

std::shared_ptr<web::http::client::http_client> ServerLink::client(const HttpRequest& request) {
  const std::lock_guard lock(mutex_);
  auto& client = clients_[{request.endpoint, request.idle_limit}];
  if (!client) {
    auto config = client_config(access_, credentials_, request.route, refusal_);
    config.set_timeout(request.idle_limit);
    client = std::make_shared<web::http::client::http_client>(client_url(request.route), config);
  }
  return client;
}

void ServerLink::forget_clients() {
  const std::lock_guard lock(mutex_);
  clients_.clear();
}

Result<std::shared_ptr<boost::asio::ssl::context>> ServerLink::tls(
    const Identity& identity, const std::shared_ptr<Refusal>& refusal) const {
  if (route_.server.scheme != "https") return nullptr;
  auto context = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client);
  const auto done = set_up_tls(*context, access_, identity, refusal);
  if (!done) return tl::unexpected(done.error());
  return context;
}

}  // namespace portcullis::k8s

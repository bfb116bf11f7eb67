#include "k8s-client/http/server_link.h"

#include <boost/asio/ssl/context.hpp>

namespace portcullis::k8s {

ServerLink::ServerLink(ClusterAccess access, Route route, Resolve resolve)
    : access_(std::move(access)),
      route_(std::move(route)),
      credentials_(access_),
      endpoints_(route_.next_hop().host, route_.next_hop().port, std::move(resolve)) {}

Result<std::shared_ptr<boost::asio::ssl::context>> ServerLink::tls(
    const Identity& identity, const std::shared_ptr<Refusal>& refusal) const {
  if (route_.server.scheme != "https") return nullptr;
  auto context = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client);
  const auto done = set_up_tls(*context, access_, identity, refusal);
  if (!done) return tl::unexpected(done.error());
  return context;
}

}  // namespace portcullis::k8s

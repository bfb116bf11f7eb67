#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>

#include "compiler/base/result.h"
#include "k8s-client/access/cluster_access.h"
#include "k8s-client/access/url.h"

namespace portcullis::k8s {

// The path of connections to a server.
struct Route {
  Url server;
  std::optional<Url> proxy{};  // an http proxy, used as a tunnel; none: direct

  // The next hop of connections.
  const Url& next_hop() const { return proxy ? *proxy : server; }

  // The same with the next hop's name replaced by one of its addresses.
  Route through(const boost::asio::ip::address& address) const;
};

// Through the access's own proxy, else the one from the environment (see proxy.h). kUnsupported: a
// proxy that does not use plain HTTP. kInvalidInput: the server is not a URL.
[[nodiscard]] Result<Route> route_to(const ClusterAccess& access, const Environment& environment);

}  // namespace portcullis::k8s

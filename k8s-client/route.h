#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>

#include "compiler/result.h"
#include "k8s-client/cluster_access.h"
#include "k8s-client/url.h"

namespace portcullis::k8s {

// How connections get to a server.
struct Route {
  Url server;
  std::optional<Url> proxy{};  // one of http, that is asked for a tunnel; none: directly

  // Where connections go to.
  const Url& next_hop() const { return proxy ? *proxy : server; }

  // The same with the next hop's name exchanged for one of its addresses.
  Route through(const boost::asio::ip::address& address) const;
};

// Through the access's own proxy, else the one that the environment wants (see proxy.h).
// kUnsupported: a proxy that does not speak plain HTTP. kInvalidInput: the server is no URL.
[[nodiscard]] Result<Route> route_to(const ClusterAccess& access, const Environment& environment);

}  // namespace portcullis::k8s

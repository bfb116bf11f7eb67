#pragma once

#include <memory>

#include "compiler/base/result.h"
#include "k8s-client/access/cluster_access.h"
#include "k8s-client/access/credentials.h"
#include "k8s-client/access/endpoints.h"
#include "k8s-client/http/route.h"
#include "k8s-client/http/tls.h"

namespace portcullis::k8s {

// Shared by the requests of one ApiClient: how to reach the server, and our identity. Thread safe.
class ServerLink {
 public:
  ServerLink(ClusterAccess access, Route route, Resolve resolve);

  const ClusterAccess& access() const { return access_; }
  const Route& route() const { return route_; }
  Credentials& credentials() { return credentials_; }
  Endpoints& endpoints() { return endpoints_; }

  // For one connection; null if the server does not use TLS. Reads files.
  [[nodiscard]] Result<std::shared_ptr<boost::asio::ssl::context>> tls(
      const Identity& identity, const std::shared_ptr<Refusal>& refusal) const;

 private:
  const ClusterAccess access_;
  const Route route_;
  Credentials credentials_;
  Endpoints endpoints_;
};

}  // namespace portcullis::k8s

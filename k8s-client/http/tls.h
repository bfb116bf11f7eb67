#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "compiler/base/result.h"
#include "k8s-client/access/cluster_access.h"
#include "k8s-client/access/credentials.h"

namespace boost::asio::ssl {
class context;
}

namespace portcullis::k8s {

// Why a server's certificate was last rejected: the TLS library only tells its caller that it was.
// Shared by simultaneous connections. Thread safe.
class Refusal {
 public:
  void set(std::string reason) {
    const std::lock_guard lock(mutex_);
    reason_ = std::move(reason);
  }

  // Empty: the last certificate was accepted, or there was none.
  std::string reason() const {
    const std::lock_guard lock(mutex_);
    return reason_;
  }

 private:
  mutable std::mutex mutex_;
  std::string reason_;
};

// Prepares a new context for one client connection: TLS 1.2 or later; trust only in the access's
// certificate authorities (in the system's, if it has none), each a trust anchor, as in Go
// programs; the identity's certificate; and the server's certificate must be for tls_server_name,
// else for the server's host, a DNS name or an IP address, which is also the SNI name. This holds
// whatever the connection's own verify callback returns and for every verify mode except "none"; do
// not set the name elsewhere.
//
// Reads the authorities' file. Errors begin with the access's origin and name the text that is not
// PEM or does not match. `refusal` may be null.
[[nodiscard]] Result<void> set_up_tls(boost::asio::ssl::context& context,
                                      const ClusterAccess& access, const Identity& identity,
                                      std::shared_ptr<Refusal> refusal);

}  // namespace portcullis::k8s

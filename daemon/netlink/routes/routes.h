#pragma once

#include <memory>

#include "compiler/base/address.h"
#include "compiler/base/result.h"

struct mnl_socket;

namespace portcullis::nl {

// The routes of the network namespace where open() was called, over one NETLINK_ROUTE socket. Needs
// no privilege. Not thread safe.
class Routes {
 public:
  [[nodiscard]] static Result<Routes> open();

  // Whether a packet to the address leaves by a bridge (RTM_GETROUTE, then RTM_GETLINK); false if
  // there is no route.
  [[nodiscard]] Result<bool> lead_to_bridge(const Address& address);

 private:
  struct Close {
    void operator()(mnl_socket* socket) const;
  };
  explicit Routes(mnl_socket* socket) : socket_(socket) {}

  std::unique_ptr<mnl_socket, Close> socket_;
  unsigned sequence_ = 0;
};

}  // namespace portcullis::nl

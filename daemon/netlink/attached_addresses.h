#pragma once

#include <utility>
#include <vector>

#include "compiler/address.h"
#include "compiler/result.h"
#include "daemon/netlink/socket.h"

namespace portcullis::nl {

// Which addresses a node still has behind its pods' interfaces, whatever the API server says. It
// has one if
//
//     an interface in the namespace at the other end of a veth has it,
//     a route to just this address leads through a veth, without a gateway, or
//     a resolved neighbour has it behind a veth, or on a bridge of which a port that is a veth or a
//     tap has learned the neighbour's hardware address
//
// of the network namespace that open() was called in. Needs CAP_NET_ADMIN there and in the
// namespaces of the pods. Movable; not thread safe, but any thread may use it.
class AttachedAddresses {
 public:
  [[nodiscard]] static Result<AttachedAddresses> open();

  // Those of `addresses` that it has; sorted. An error means that nothing is known of any of them.
  // Takes some 40 us for each veth.
  [[nodiscard]] Result<std::vector<Address>> among(const std::vector<Address>& addresses);

 private:
  explicit AttachedAddresses(Socket socket) : socket_(std::move(socket)) {}

  Socket socket_;
};

}  // namespace portcullis::nl

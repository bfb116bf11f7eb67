#pragma once

#include <utility>
#include <vector>

#include "compiler/base/address.h"
#include "compiler/base/result.h"
#include "daemon/netlink/wire/socket.h"

namespace portcullis::nl {

// The addresses that a node still has behind its pods' interfaces, whatever the API server says. It
// has an address if
//
//     an interface in the namespace at the other end of a veth has it,
//     a route to just this address leads through a veth, without a gateway, or
//     a resolved neighbour has it behind a veth, or on a bridge of which a port that is a veth or a
//     tap has learned the neighbour's hardware address
//
// in the network namespace where open() was called. Needs CAP_NET_ADMIN there and in the namespaces
// of the pods. Movable; not thread safe, but any thread may use it.
class AttachedAddresses {
 public:
  [[nodiscard]] static Result<AttachedAddresses> open();

  // The addresses among `addresses` that the node has; sorted. On an error nothing is known about
  // any of them. Takes about 40 us per veth.
  [[nodiscard]] Result<std::vector<Address>> among(const std::vector<Address>& addresses);

 private:
  explicit AttachedAddresses(Socket socket) : socket_(std::move(socket)) {}

  Socket socket_;
};

}  // namespace portcullis::nl

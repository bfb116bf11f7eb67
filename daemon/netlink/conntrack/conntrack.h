#pragma once

#include <cstddef>
#include <vector>

#include "compiler/base/address.h"
#include "compiler/base/result.h"
#include "daemon/netlink/wire/socket.h"

namespace portcullis::nl {

struct Forgotten {
  std::size_t deleted = 0;
  std::size_t kept = 0;  // offloaded by a flowtable; older kernels then do not delete them
};

// The connections that the kernel tracks in the network namespace where open() was called, over a
// separate NETLINK_NETFILTER socket. Needs CAP_NET_ADMIN there. Movable; not thread safe, but any
// thread may use it.
// Source: linux/netfilter/nfnetlink_conntrack.h, net/netfilter/nf_conntrack_netlink.c.
class Conntrack {
 public:
  // kPermission names the missing capability; kUnsupported: a kernel without ctnetlink.
  [[nodiscard]] static Result<Conntrack> open();

  // Deletes every entry, in every zone, that has one of the addresses as source or destination
  // before or after NAT. Reads the whole table, about 1 us per entry, and never deletes an entry
  // that it has not read. Entries that other packets create meanwhile may stay. On failure some may
  // be deleted. kInterrupted: answers were repeatedly lost.
  [[nodiscard]] Result<Forgotten> forget(const std::vector<Address>& addresses);

 private:
  explicit Conntrack(Socket socket) : socket_(std::move(socket)) {}

  Socket socket_;
};

}  // namespace portcullis::nl

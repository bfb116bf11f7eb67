#pragma once

#include <cstddef>
#include <vector>

#include "compiler/address.h"
#include "compiler/result.h"
#include "daemon/netlink/socket.h"

namespace portcullis::nl {

struct Forgotten {
  std::size_t deleted = 0;
  std::size_t kept = 0;  // a flowtable has offloaded them, and older kernels then hold on to them
};

// The connections that the kernel tracks in the network namespace that open() was called in, over
// a NETLINK_NETFILTER socket of its own. Needs CAP_NET_ADMIN there. Movable; not thread safe, but
// any thread may use it.
// Source: linux/netfilter/nfnetlink_conntrack.h, net/netfilter/nf_conntrack_netlink.c.
class Conntrack {
 public:
  // kPermission names the missing capability; kUnsupported: a kernel without ctnetlink.
  [[nodiscard]] static Result<Conntrack> open();

  // Deletes every entry, in every zone, that has one of the addresses as source or destination
  // before or after NAT. Reads the whole table, about 1 us an entry, and never changes what it has
  // not read. Entries that other packets make meanwhile may stay. On failure some may be deleted.
  // kInterrupted: answers were lost again and again.
  [[nodiscard]] Result<Forgotten> forget(const std::vector<Address>& addresses);

 private:
  explicit Conntrack(Socket socket) : socket_(std::move(socket)) {}

  Socket socket_;
};

}  // namespace portcullis::nl

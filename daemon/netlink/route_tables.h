#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/address.h"
#include "compiler/result.h"
#include "daemon/netlink/socket.h"

// What rtnetlink tells of a network namespace's interfaces and their neighbours, over a socket that
// Socket::open(NETLINK_ROUTE) made there. Each reads one whole table or asks for one entry.
// kInterrupted: the table changed while it was read.
// Source: rtnetlink(7), linux/rtnetlink.h, linux/if_link.h, linux/neighbour.h.
namespace portcullis::nl {

using HardwareAddress = std::array<std::uint8_t, 6>;

struct Link {
  int index = 0;
  std::string kind;                   // "veth", "bridge"; empty: it has a driver of its own
  bool port = false;                  // of a bridge
  std::optional<int> peer_namespace;  // number of the one that its other end is in; none: this one
};

// Of the table of neighbours, resolved, or of a bridge's forwarding table, without an address.
struct Neighbor {
  int link = 0;    // where it is behind; in a forwarding table the bridge's port
  int bridge = 0;  // in a forwarding table
  std::optional<Address> address;
  std::optional<HardwareAddress> hardware;
};

[[nodiscard]] Result<std::vector<Link>> links(Socket& socket);
[[nodiscard]] Result<std::vector<Neighbor>> neighbors(Socket& socket, Family family);
[[nodiscard]] Result<std::vector<Neighbor>> forwarding_entries(Socket& socket);

// The addresses of the interfaces of another namespace, by the number that this one gives it. Needs
// CAP_NET_ADMIN in that one; kUnsupported: there is no such namespace, or Linux is older than 4.20.
[[nodiscard]] Result<std::vector<Address>> addresses_in(Socket& socket, int namespace_number,
                                                        Family family);

// The interface of the route to just this address, without a gateway; none if another route, or no
// route, leads there.
[[nodiscard]] Result<std::optional<int>> direct_route(Socket& socket, const Address& address);

}  // namespace portcullis::nl

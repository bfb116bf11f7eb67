#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/address.h"
#include "compiler/base/result.h"
#include "daemon/netlink/wire/socket.h"

// What rtnetlink reports about a network namespace's interfaces and their neighbours, over a socket
// that Socket::open(NETLINK_ROUTE) made there. Each call reads one whole table or one entry.
// kInterrupted: the table changed while it was read.
// Source: rtnetlink(7), linux/rtnetlink.h, linux/if_link.h, linux/neighbour.h.
namespace portcullis::nl {

using HardwareAddress = std::array<std::uint8_t, 6>;

struct Link {
  int index = 0;
  std::string name;
  std::string kind;                   // "veth", "bridge"; empty: it has a driver of its own
  bool port = false;                  // of a bridge
  int master = 0;                     // index of the interface that it is a part of; 0: none
  std::optional<int> peer_namespace;  // number of its other end's namespace; none: this one
};

// An entry of the neighbour table, resolved, or of a bridge's forwarding table, without an address.
struct Neighbor {
  int link = 0;    // its interface; in a forwarding table the bridge's port
  int bridge = 0;  // in a forwarding table
  std::optional<Address> address;
  std::optional<HardwareAddress> hardware;
};

[[nodiscard]] Result<std::vector<Link>> links(Socket& socket);
Link decode_link(const nlmsghdr* message);  // RTM_NEWLINK, with an ifinfomsg
[[nodiscard]] Result<std::vector<Neighbor>> neighbors(Socket& socket, Family family);
[[nodiscard]] Result<std::vector<Neighbor>> forwarding_entries(Socket& socket);

// The number that this namespace gives to the one behind a descriptor of its file; none: no number,
// so that no interface leads there.
[[nodiscard]] Result<std::optional<int>> namespace_number(Socket& socket, int descriptor);

// The addresses of another namespace's interfaces, by the number that this namespace gives it.
// Needs CAP_NET_ADMIN there; kUnsupported: no such namespace, or Linux older than 4.20.
[[nodiscard]] Result<std::vector<Address>> addresses_in(Socket& socket, int namespace_number,
                                                        Family family);

// The same, one by one. Those that came before an error were taken.
[[nodiscard]] Result<void> for_each_address_in(Socket& socket, int namespace_number, Family family,
                                               const std::function<void(const Address&)>& take);

// The interface of the route to exactly this address, without a gateway; none if another route, or
// no route, leads there.
[[nodiscard]] Result<std::optional<int>> direct_route(Socket& socket, const Address& address);

}  // namespace portcullis::nl

#include "daemon/netlink/routes/port_table.h"

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

namespace portcullis::nl {
namespace {

constexpr int kNotificationRoom = 4 << 20;  // bytes
constexpr std::size_t kLargestDatagram = 1U << 16U;
constexpr int kHere = -1;  // a notification from the socket's own namespace
constexpr std::array kGroups = {RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR};

constexpr Cidr kLoopback4{{Family::kIpv4, AddressValue{127} << 24}, 8};
constexpr Cidr kLinkLocal6{{Family::kIpv6, AddressValue{0xfe80} << 112}, 10};
constexpr Address kLoopback6{Family::kIpv6, 1};

// Whether an address tells one pod from another.
bool identifies(const Address& address) {
  return !kLoopback4.contains(address) && !kLinkLocal6.contains(address) && address != kLoopback6;
}

bool is_port(const Link& link) { return link.kind == "veth" && link.peer_namespace; }

// The number of the namespace that a notification comes from.
int origin_of(msghdr& message) {
  for (auto* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_NETLINK || part->cmsg_type != NETLINK_LISTEN_ALL_NSID) continue;
    int number = kHere;
    std::memcpy(&number, CMSG_DATA(part), sizeof number);
    return number;
  }
  return kHere;
}

}  // namespace

void PortTable::Close::operator()(mnl_socket* socket) const { mnl_socket_close(socket); }

Result<PortTable> PortTable::open() {
  auto requests = Socket::open(NETLINK_ROUTE);
  if (!requests) return tl::unexpected(requests.error());
  Events events(mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK));
  const auto joins = [&](int group) {
    return mnl_socket_setsockopt(events.get(), NETLINK_ADD_MEMBERSHIP, &group, sizeof group) == 0;
  };
  const bool opened = events && mnl_socket_bind(events.get(), 0, MNL_SOCKET_AUTOPID) == 0 &&
                      std::ranges::all_of(kGroups, joins);
  if (!opened) {
    return failure(ErrorCode::kIo, "cannot subscribe to changes of interfaces: " +
                                       std::string(strerrordesc_np(errno)));
  }
  int on = 1;
  const bool hears_all =
      mnl_socket_setsockopt(events.get(), NETLINK_LISTEN_ALL_NSID, &on, sizeof on) == 0;
  setsockopt(mnl_socket_get_fd(events.get()), SOL_SOCKET, SO_RCVBUFFORCE, &kNotificationRoom,
             sizeof kNotificationRoom);
  return PortTable(std::move(*requests), std::move(events), hears_all);
}

int PortTable::fd() const { return mnl_socket_get_fd(events_.get()); }

Result<void> PortTable::read() {
  std::set<int> touched;
  complete_ = drain(touched) && complete_;
  if (!complete_) {
    if (auto read = read_links(); !read) return read;
  }
  complete_ = false;
  const bool all = std::exchange(doubted_, true);
  std::set<int> behind;
  for (const auto& [index, link] : links_) {
    if (is_port(link)) behind.insert(*link.peer_namespace);
  }
  std::erase_if(addresses_, [&](const auto& each) { return !behind.contains(each.first); });
  for (const int number : behind) {
    if (!all && !touched.contains(number) && addresses_.contains(number)) continue;
    if (auto read = read_addresses(number); !read) return read;
  }
  complete_ = true;
  doubted_ = false;
  return {};
}

PodPorts PortTable::ports() const {
  PodPorts ports;
  for (const auto& [index, link] : links_) {
    if (!is_port(link)) continue;
    auto& port = ports.emplace_back();
    port.index = index;
    port.interface = link.name;
    port.network_namespace = *link.peer_namespace;
    const auto bridge = link.port ? links_.find(link.master) : links_.end();
    if (bridge != links_.end()) port.bridge = bridge->second.name;
    const auto addresses = addresses_.find(port.network_namespace);
    if (addresses != addresses_.end()) port.addresses = addresses->second;
  }
  return ports;
}

// False if notifications were lost.
bool PortTable::drain(std::set<int>& touched) {
  alignas(nlmsghdr) static thread_local std::array<std::uint8_t, kLargestDatagram> buffer;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control;
  bool complete = true;
  for (;;) {
    iovec part{buffer.data(), buffer.size()};
    msghdr datagram{};
    datagram.msg_iov = &part;
    datagram.msg_iovlen = 1;
    datagram.msg_control = control.data();
    datagram.msg_controllen = control.size();
    const auto size = recvmsg(fd(), &datagram, MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == ENOBUFS) complete = false;
    if (size < 0 && errno == ENOBUFS) continue;
    if (size <= 0) return complete;
    if ((datagram.msg_flags & MSG_TRUNC) != 0) complete = false;
    const int origin = origin_of(datagram);
    int left = static_cast<int>(size);
    for (const auto* message = reinterpret_cast<const nlmsghdr*>(buffer.data());
         mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
      complete = take(message, origin, touched) && complete;
    }
  }
}

// False if it does not say enough.
bool PortTable::take(const nlmsghdr* message, int origin, std::set<int>& touched) {
  const auto type = message->nlmsg_type;
  if (type == RTM_NEWADDR || type == RTM_DELADDR) {
    if (origin != kHere) touched.insert(origin);
    return true;
  }
  const bool is_link = type == RTM_NEWLINK || type == RTM_DELLINK;
  if (!is_link || origin != kHere) return true;
  if (mnl_nlmsg_get_payload_len(message) < sizeof(ifinfomsg)) return false;
  const auto* header = static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(message));
  if (header->ifi_family != AF_UNSPEC) return true;  // of a bridge, about its port
  auto link = decode_link(message);
  if (type == RTM_DELLINK) {
    links_.erase(link.index);
    return true;
  }
  if (is_port(link)) touched.insert(*link.peer_namespace);
  links_[link.index] = std::move(link);
  return true;
}

Result<void> PortTable::read_links() {
  auto all = links(requests_);
  if (!all) return tl::unexpected(all.error());
  links_.clear();
  addresses_.clear();
  for (auto& link : *all) links_[link.index] = std::move(link);
  return {};
}

// A namespace that has gone has none.
Result<void> PortTable::read_addresses(int network_namespace) {
  auto& addresses = addresses_[network_namespace];
  addresses.clear();
  for (const auto family : kFamilies) {
    const auto seen = addresses_in(requests_, network_namespace, family);
    if (!seen && seen.error().code == ErrorCode::kUnsupported) continue;
    if (!seen) return tl::unexpected(seen.error());
    std::ranges::copy_if(*seen, std::back_inserter(addresses), identifies);
  }
  std::ranges::sort(addresses);
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  return {};
}

}  // namespace portcullis::nl

#include "daemon/netlink/routes/port_table.h"

#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

namespace portcullis::nl {
namespace {

constexpr int kNotificationRoom = 4 << 20;  // bytes
constexpr std::size_t kLargestDatagram = 1U << 16U;
constexpr int kRest = 20;      // times as long as it took
constexpr int kMostDumps = 4;  // of the links in a row
constexpr int kHere = -1;      // a notification from the socket's own namespace
constexpr std::array kGroups = {RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR};

constexpr Cidr kLoopback4{{Family::kIpv4, AddressValue{127} << 24}, 8};
constexpr Cidr kLinkLocal6{{Family::kIpv6, AddressValue{0xfe80} << 112}, 10};
constexpr Address kLoopback6{Family::kIpv6, 1};

// Whether an address tells one pod from another.
bool identifies(const Address& address) {
  return !kLoopback4.contains(address) && !kLinkLocal6.contains(address) && address != kLoopback6;
}

// Why the addresses behind an interface are not known, and what to do.
Error trouble(const std::string& interface, const Error& error) {
  const auto what = "cannot read the addresses behind " + interface + ": ";
  if (error.code == ErrorCode::kInterrupted) {
    return {error.code, what +
                            "they change while they are read; stop what changes them (ip "
                            "monitor address, in the pod's network namespace)"};
  }
  return {error.code, what + error.message +
                          "; portcullis needs CAP_NET_ADMIN in the user namespace of the pods"};
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

Result<PortTable> PortTable::open(AddressSample::IsClaimed is_claimed,
                                  ReadAddresses read_addresses) {
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
  auto socket = std::make_shared<Socket>(std::move(*requests));
  PortTable table(socket, std::move(events), hears_all);
  table.is_claimed_ = std::move(is_claimed);
  table.read_addresses_ = std::move(read_addresses);
  if (table.read_addresses_) return table;
  table.read_addresses_ = [socket](int number, Family family, const auto& take) {
    return for_each_address_in(*socket, number, family, take);
  };
  return table;
}

int PortTable::fd() const { return mnl_socket_get_fd(events_.get()); }

Result<void> PortTable::read() {
  std::set<int> touched;
  listed_ = drain(touched) && listed_;
  auto listed = listed_ ? Result<void>() : read_links();
  const bool all = std::exchange(doubted_, false);
  const auto behind = spaces_behind();
  std::erase_if(spaces_, [&](const auto& each) { return !behind.contains(each.first); });
  for (const auto& [number, interface] : behind) {
    auto& space = spaces_[number];
    space.stale = space.stale || all || touched.contains(number);
    if (space.stale && Clock::now() >= space.rests_until) read_addresses(number, space);
  }
  return listed ? fault_of_spaces() : listed;
}

bool PortTable::wants_more() const {
  return !listed_ ||
         std::ranges::any_of(spaces_, [](const auto& each) { return each.second.stale; });
}

Result<std::vector<Address>> PortTable::addresses_in(const std::string& namespace_file) {
  const int descriptor = ::open(namespace_file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return failure(ErrorCode::kNotFound,
                   "cannot open " + namespace_file + ": " + strerrordesc_np(errno));
  }
  const auto number = namespace_number(*requests_, descriptor);
  ::close(descriptor);
  if (!number) return tl::unexpected(number.error());
  const auto space = *number ? spaces_.find(**number) : spaces_.end();
  if (space != spaces_.end()) return space->second.addresses;
  return failure(ErrorCode::kNotFound, "no interface of this node leads to " + namespace_file);
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
    const auto space = spaces_.find(port.network_namespace);
    if (space != spaces_.end()) port.addresses = space->second.addresses;
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
    if (is_port(link)) spaces_.erase(*link.peer_namespace);  // its number may be another's soon
    links_.erase(link.index);
    return true;
  }
  if (is_port(link)) touched.insert(*link.peer_namespace);
  links_[link.index] = std::move(link);
  return true;
}

// Forgets the namespaces that no interface has led to all the time: their numbers may be others'
// now.
Result<void> PortTable::read_links() {
  auto all = links(*requests_);
  for (int dumps = 1; !all && all.error().code == ErrorCode::kInterrupted; ++dumps) {
    if (dumps == kMostDumps) break;
    all = links(*requests_);
  }
  if (!all) {
    return failure(all.error().code,
                   "cannot list the interfaces of this node: " + all.error().message);
  }
  std::set<int> same;
  const auto before = std::exchange(links_, {});
  for (auto& link : *all) {
    const auto old = before.find(link.index);
    const bool is_same =
        old != before.end() && is_port(link) && old->second.peer_namespace == link.peer_namespace;
    if (is_same) same.insert(*link.peer_namespace);
    links_[link.index] = std::move(link);
  }
  std::erase_if(spaces_, [&](const auto& each) { return !same.contains(each.first); });
  doubted_ = true;
  listed_ = true;
  return {};
}

// The namespaces behind interfaces, each with the name of one.
std::map<int, std::string> PortTable::spaces_behind() const {
  std::map<int, std::string> behind;
  for (const auto& [index, link] : links_) {
    if (is_port(link)) behind.try_emplace(*link.peer_namespace, link.name);
  }
  return behind;
}

Result<void> PortTable::fault_of_spaces() const {
  std::optional<Error> first;
  std::size_t more = 0;
  for (const auto& [number, interface] : spaces_behind()) {
    const auto& fault = spaces_.at(number).fault;
    if (!fault) continue;
    if (first) ++more;
    if (!first) first = trouble(interface, *fault);
  }
  if (!first) return {};
  if (more > 0) first->message += "; the same for " + std::to_string(more) + " more";
  return tl::unexpected(std::move(*first));
}

// A namespace that has gone has none.
void PortTable::read_addresses(int network_namespace, Space& space) {
  const auto start = Clock::now();
  AddressSample sample(is_claimed_, kMostUnclaimed);
  space.fault.reset();
  for (const auto family : kFamilies) {
    auto read = read_addresses_(network_namespace, family, [&](const Address& address) {
      if (identifies(address)) sample.take(address);
    });
    const bool failed = !read && read.error().code != ErrorCode::kUnsupported;
    if (failed) space.fault = std::move(read.error());
  }
  if (space.fault) {
    for (const auto& known : space.addresses) sample.take(known);
  }
  space.addresses = sample.addresses();
  space.stale = space.fault || !sample.is_complete();
  const auto end = Clock::now();
  space.rests_until = space.stale ? end + kRest * (end - start) : end;
}

}  // namespace portcullis::nl

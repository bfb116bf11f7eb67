#include "daemon/netlink/routes/route_tables.h"

#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>

#include "daemon/netlink/wire/attributes.h"

namespace portcullis::nl {
namespace {

constexpr std::uint16_t kResolved =
    NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT;
// Entries of a bridge's forwarding table: learned, or static. Permanent entries are the ports'
// own addresses.
constexpr std::uint16_t kLearned = NUD_REACHABLE | NUD_STALE | NUD_NOARP;

unsigned char family_number(Family family) { return family == Family::kIpv4 ? AF_INET : AF_INET6; }

// | nlmsghdr | table-specific header | attributes |
template <class Header>
class Request {
 public:
  Request(Socket& socket, std::uint16_t type, std::uint16_t flags) : socket_(socket) {
    header_ = mnl_nlmsg_put_header(buffer_.data());
    header_->nlmsg_type = type;
    header_->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    header_->nlmsg_seq = socket.next_sequence();
    socket.set_next_sequence(header_->nlmsg_seq + 1);
    extra_ = static_cast<Header*>(mnl_nlmsg_put_extra_header(header_, sizeof(Header)));
  }

  Header* operator->() { return extra_; }
  nlmsghdr* message() { return header_; }

  Result<void> send(const std::function<void(const nlmsghdr*)>& take) {
    return socket_.request(header_, take);
  }

 private:
  Socket& socket_;
  alignas(nlmsghdr) std::array<char, 256> buffer_{};
  nlmsghdr* header_ = nullptr;
  Header* extra_ = nullptr;
};

std::string text_of(const nlattr* attr) {
  std::string text(static_cast<const char*>(mnl_attr_get_payload(attr)),
                   mnl_attr_get_payload_len(attr));
  return text.substr(0, text.find('\0'));
}

std::optional<int> number_of(const nlattr* attr) {
  if (mnl_attr_get_payload_len(attr) != sizeof(std::uint32_t)) return std::nullopt;
  return static_cast<int>(mnl_attr_get_u32(attr));
}

std::optional<Address> address_of(const nlattr* attr) {
  const auto* bytes = static_cast<const std::uint8_t*>(mnl_attr_get_payload(attr));
  return portcullis::address_of({bytes, mnl_attr_get_payload_len(attr)});
}

void put_address(nlmsghdr* message, std::uint16_t type, const Address& address) {
  std::array<std::uint8_t, 16> bytes{};
  const auto size = static_cast<std::size_t>(bits(address.family)) / 8;
  auto value = address.value;
  for (std::size_t i = size; i-- > 0; value >>= 8) bytes[i] = static_cast<std::uint8_t>(value);
  mnl_attr_put(message, type, size, bytes.data());
}

// ndmsg | NDA_DST | NDA_LLADDR | NDA_MASTER u32 | more
Neighbor decode_neighbor(const nlmsghdr* message) {
  Neighbor neighbor;
  neighbor.link = static_cast<const ndmsg*>(mnl_nlmsg_get_payload(message))->ndm_ifindex;
  for_each_attribute(message, sizeof(ndmsg), [&](const nlattr* attr) {
    const auto type = mnl_attr_get_type(attr);
    if (type == NDA_DST) neighbor.address = address_of(attr);
    if (type == NDA_MASTER) neighbor.bridge = number_of(attr).value_or(0);
    if (type != NDA_LLADDR || mnl_attr_get_payload_len(attr) != HardwareAddress().size()) return;
    const auto* bytes = static_cast<const std::uint8_t*>(mnl_attr_get_payload(attr));
    std::copy_n(bytes, HardwareAddress().size(), neighbor.hardware.emplace().begin());
  });
  return neighbor;
}

Result<std::vector<Neighbor>> dump_neighbors(Socket& socket, unsigned char family,
                                             std::uint16_t states) {
  std::vector<Neighbor> found;
  Request<ndmsg> request(socket, RTM_GETNEIGH, NLM_F_DUMP);
  request->ndm_family = family;
  const auto done = request.send([&](const nlmsghdr* message) {
    if (mnl_nlmsg_get_payload_len(message) < sizeof(ndmsg)) return;
    const auto* header = static_cast<const ndmsg*>(mnl_nlmsg_get_payload(message));
    if (header->ndm_family != family || (header->ndm_state & states) == 0) return;
    found.push_back(decode_neighbor(message));
  });
  if (!done) return tl::unexpected(done.error());
  return found;
}

}  // namespace

// ifinfomsg | IFLA_IFNAME | IFLA_MASTER u32 | IFLA_LINK_NETNSID s32
//           | IFLA_LINKINFO: IFLA_INFO_KIND, IFLA_INFO_SLAVE_KIND | more
Link decode_link(const nlmsghdr* message) {
  Link link;
  link.index = static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(message))->ifi_index;
  for_each_attribute(message, sizeof(ifinfomsg), [&](const nlattr* attr) {
    const auto type = mnl_attr_get_type(attr);
    if (type == IFLA_IFNAME) link.name = text_of(attr);
    if (type == IFLA_MASTER) link.master = number_of(attr).value_or(0);
    if (type == IFLA_LINK_NETNSID) link.peer_namespace = number_of(attr);
    if (type != IFLA_LINKINFO) return;
    for_each_nested(attr, [&](const nlattr* info) {
      if (mnl_attr_get_type(info) == IFLA_INFO_KIND) link.kind = text_of(info);
      if (mnl_attr_get_type(info) == IFLA_INFO_SLAVE_KIND) link.port = text_of(info) == "bridge";
    });
  });
  return link;
}

Result<std::vector<Link>> links(Socket& socket) {
  std::vector<Link> found;
  Request<ifinfomsg> request(socket, RTM_GETLINK, NLM_F_DUMP);
  mnl_attr_put_u32(request.message(), IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  const auto done = request.send([&](const nlmsghdr* message) {
    if (mnl_nlmsg_get_payload_len(message) >= sizeof(ifinfomsg)) {
      found.push_back(decode_link(message));
    }
  });
  if (!done) return tl::unexpected(done.error());
  return found;
}

Result<std::vector<Neighbor>> neighbors(Socket& socket, Family family) {
  return dump_neighbors(socket, family_number(family), kResolved);
}

Result<std::vector<Neighbor>> forwarding_entries(Socket& socket) {
  return dump_neighbors(socket, AF_BRIDGE, kLearned);
}

Result<std::vector<Address>> addresses_in(Socket& socket, int namespace_number, Family family) {
  std::vector<Address> found;
  return for_each_address_in(socket, namespace_number, family,
                             [&](const Address& address) { found.push_back(address); })
      .map([&] { return std::move(found); });
}

// rtgenmsg | NETNSA_FD u32; the answer: rtgenmsg | NETNSA_NSID s32, -1 for none
Result<std::optional<int>> namespace_number(Socket& socket, int descriptor) {
  std::optional<int> number;
  Request<rtgenmsg> request(socket, RTM_GETNSID, NLM_F_ACK);
  mnl_attr_put_u32(request.message(), NETNSA_FD, static_cast<std::uint32_t>(descriptor));
  const auto done = request.send([&](const nlmsghdr* message) {
    for_each_attribute(message, sizeof(rtgenmsg), [&](const nlattr* attr) {
      if (mnl_attr_get_type(attr) == NETNSA_NSID) number = number_of(attr);
    });
  });
  if (!done) return tl::unexpected(done.error());
  if (number && *number < 0) number.reset();
  return number;
}

// ifaddrmsg | IFA_TARGET_NETNSID s32 | IFA_LOCAL | IFA_ADDRESS: the peer's if IFA_LOCAL is there
Result<void> for_each_address_in(Socket& socket, int namespace_number, Family family,
                                 const std::function<void(const Address&)>& take) {
  bool is_that_one = true;
  Request<ifaddrmsg> request(socket, RTM_GETADDR, NLM_F_DUMP);
  request->ifa_family = family_number(family);
  mnl_attr_put_u32(request.message(), IFA_TARGET_NETNSID,
                   static_cast<std::uint32_t>(namespace_number));
  const auto done = request.send([&](const nlmsghdr* message) {
    std::optional<Address> local;
    std::optional<Address> address;
    std::optional<int> number;
    for_each_attribute(message, sizeof(ifaddrmsg), [&](const nlattr* attr) {
      const auto type = mnl_attr_get_type(attr);
      if (type == IFA_LOCAL) local = address_of(attr);
      if (type == IFA_ADDRESS) address = address_of(attr);
      if (type == IFA_TARGET_NETNSID) number = number_of(attr);
    });
    is_that_one = is_that_one && number == namespace_number;
    if (is_that_one && (local || address)) take(local ? *local : *address);
  });
  if (!done) return tl::unexpected(done.error());
  if (is_that_one) return {};
  return failure(ErrorCode::kUnsupported,
                 "this kernel does not report the addresses of another network namespace: use "
                 "Linux 4.20 or later");
}

// rtmsg: family, length of the prefix, RTM_F_FIB_MATCH | RTA_DST; the answer has the route's own
// length, since that flag asks for the entry of the table and not for a copy for this address.
Result<std::optional<int>> direct_route(Socket& socket, const Address& address) {
  std::optional<int> link;
  Request<rtmsg> request(socket, RTM_GETROUTE, NLM_F_ACK);
  request->rtm_family = family_number(address.family);
  request->rtm_dst_len = static_cast<unsigned char>(bits(address.family));
  request->rtm_flags = RTM_F_FIB_MATCH;
  put_address(request.message(), RTA_DST, address);
  const auto done = request.send([&](const nlmsghdr* message) {
    if (mnl_nlmsg_get_payload_len(message) < sizeof(rtmsg)) return;
    const auto* route = static_cast<const rtmsg*>(mnl_nlmsg_get_payload(message));
    if (route->rtm_type != RTN_UNICAST || route->rtm_dst_len != bits(address.family)) return;
    bool direct = true;
    std::optional<int> out;
    for_each_attribute(message, sizeof(rtmsg), [&](const nlattr* attr) {
      const auto type = mnl_attr_get_type(attr);
      if (type == RTA_OIF) out = number_of(attr);
      if (type == RTA_GATEWAY || type == RTA_VIA || type == RTA_MULTIPATH) direct = false;
    });
    if (direct) link = out;
  });
  // EINVAL is what a blackhole answers, as CNI plugins lay one under the routes of a node's pods.
  const bool no_route = !done && (done.error().code == ErrorCode::kNotFound ||
                                  done.error().code == ErrorCode::kUnsupported);
  if (!done && !no_route) return tl::unexpected(done.error());
  return link;
}

}  // namespace portcullis::nl

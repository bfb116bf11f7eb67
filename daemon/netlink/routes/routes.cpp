#include "daemon/netlink/routes/routes.h"

#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string_view>

#include "daemon/netlink/wire/attributes.h"

namespace portcullis::nl {
namespace {

constexpr std::size_t kRequest = 256;       // bytes; ours have less than 64
constexpr std::size_t kAnswer = 32 * 1024;  // a link with all its attributes has some 3 KB

tl::unexpected<Error> system_failure(const char* what, int error) {
  return failure(ErrorCode::kIo, std::string(what) + ": " + std::strerror(error));
}

class RouteRequest {
 public:
  RouteRequest(std::uint16_t type, unsigned sequence)
      : header_(mnl_nlmsg_put_header(buffer_.data())) {
    header_->nlmsg_type = type;
    header_->nlmsg_flags = NLM_F_REQUEST;
    header_->nlmsg_seq = sequence;
  }

  nlmsghdr* header() { return header_; }

  template <class T>
  T& extra() {
    return *static_cast<T*>(mnl_nlmsg_put_extra_header(header_, sizeof(T)));
  }

 private:
  alignas(nlmsghdr) std::array<char, kRequest> buffer_{};
  nlmsghdr* header_;
};

// The single answer; the kernel's errno, negative, if that is an error.
Result<int> ask(mnl_socket* socket, RouteRequest& request,
                const std::function<void(const nlmsghdr*)>& take) {
  if (mnl_socket_sendto(socket, request.header(), request.header()->nlmsg_len) < 0) {
    return system_failure("cannot request routes", errno);
  }
  alignas(nlmsghdr) std::array<char, kAnswer> buffer{};
  const auto size = mnl_socket_recvfrom(socket, buffer.data(), buffer.size());
  const auto* header = reinterpret_cast<const nlmsghdr*>(buffer.data());
  if (size < 0 || !mnl_nlmsg_ok(header, static_cast<int>(size))) {
    return system_failure("cannot receive routes", size < 0 ? errno : EBADMSG);
  }
  if (header->nlmsg_type == NLMSG_ERROR) {
    return static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(header))->error;
  }
  take(header);
  return 0;
}

//     | nlmsghdr | rtmsg | RTA_DST |   ->   | nlmsghdr | rtmsg | ... RTA_OIF ... |
//
void put_destination(RouteRequest& request, const Address& address) {
  auto& route = request.extra<rtmsg>();
  const int length = bits(address.family);
  route.rtm_family = address.family == Family::kIpv4 ? AF_INET : AF_INET6;
  route.rtm_dst_len = static_cast<unsigned char>(length);
  std::array<std::uint8_t, 16> bytes{};
  for (int i = 0; i < length / 8; ++i) {
    bytes.at(static_cast<std::size_t>(i)) =
        static_cast<std::uint8_t>(address.value >> (length - 8 * (i + 1)));
  }
  mnl_attr_put(request.header(), RTA_DST, static_cast<std::size_t>(length / 8), bytes.data());
}

const nlattr* find(const nlmsghdr* message, std::size_t extra, std::uint16_t type) {
  const nlattr* found = nullptr;
  for_each_attribute(message, extra, [&](const nlattr* attr) {
    if (mnl_attr_get_type(attr) == type) found = attr;
  });
  return found;
}

const nlattr* find_in(const nlattr* nest, std::uint16_t type) {
  const nlattr* found = nullptr;
  for_each_nested(nest, [&](const nlattr* attr) {
    if (mnl_attr_get_type(attr) == type) found = attr;
  });
  return found;
}

//     | nlmsghdr | ifinfomsg | ... IFLA_LINKINFO { IFLA_INFO_KIND "bridge" } ... |
//
bool is_bridge(const nlmsghdr* message) {
  const nlattr* info = find(message, sizeof(ifinfomsg), IFLA_LINKINFO);
  const nlattr* kind = info == nullptr ? nullptr : find_in(info, IFLA_INFO_KIND);
  return kind != nullptr && std::string_view(mnl_attr_get_str(kind)) == "bridge";
}

}  // namespace

void Routes::Close::operator()(mnl_socket* socket) const { mnl_socket_close(socket); }

Result<Routes> Routes::open() {
  auto* socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
  if (socket == nullptr) return system_failure("cannot open a netlink socket", errno);
  Routes routes(socket);
  if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
    return system_failure("cannot bind a netlink socket", errno);
  }
  return routes;
}

Result<bool> Routes::lead_to_bridge(const Address& address) {
  std::uint32_t interface = 0;
  RouteRequest route(RTM_GETROUTE, ++sequence_);
  put_destination(route, address);
  const auto routed = ask(socket_.get(), route, [&](const nlmsghdr* message) {
    const nlattr* out = find(message, sizeof(rtmsg), RTA_OIF);
    if (out != nullptr) interface = mnl_attr_get_u32(out);
  });
  if (!routed) return tl::unexpected(routed.error());
  if (interface == 0) return false;
  bool bridge = false;
  RouteRequest link(RTM_GETLINK, ++sequence_);
  link.extra<ifinfomsg>().ifi_index = static_cast<int>(interface);
  const auto found =
      ask(socket_.get(), link, [&](const nlmsghdr* message) { bridge = is_bridge(message); });
  if (!found) return tl::unexpected(found.error());
  return bridge;
}

}  // namespace portcullis::nl

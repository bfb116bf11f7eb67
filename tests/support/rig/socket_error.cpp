#include "tests/support/rig/socket_error.h"

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace portcullis::test {
namespace {

Address address_of(const std::uint8_t* bytes, Family family) {
  Address address{family, 0};
  for (int i = 0; i < bits(family) / 8; ++i) address.value = address.value << 8 | bytes[i];
  return address;
}

std::optional<Address> address_of(const sockaddr* address) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(address);
  if (address->sa_family == AF_INET)
    return address_of(bytes + offsetof(sockaddr_in, sin_addr), Family::kIpv4);
  if (address->sa_family == AF_INET6)
    return address_of(bytes + offsetof(sockaddr_in6, sin6_addr), Family::kIpv6);
  return std::nullopt;
}

bool is_error(const cmsghdr* part) {
  return (part->cmsg_level == SOL_IP && part->cmsg_type == IP_RECVERR) ||
         (part->cmsg_level == SOL_IPV6 && part->cmsg_type == IPV6_RECVERR);
}

SocketError error_of(const sock_extended_err* error) {
  SocketError result{.error = static_cast<int>(error->ee_errno)};
  if (result.error == EMSGSIZE) result.mtu = error->ee_info;
  if (error->ee_origin == SO_EE_ORIGIN_LOCAL) return result;
  result.type = error->ee_type;
  result.code = error->ee_code;
  result.offender = address_of(SO_EE_OFFENDER(error));
  return result;
}

}  // namespace

std::optional<SocketError> take_error(int fd) {
  alignas(cmsghdr) std::array<char, 512> control{};
  msghdr message{};
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return std::nullopt;
  for (auto* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (is_error(part))
      return error_of(reinterpret_cast<const sock_extended_err*>(CMSG_DATA(part)));
  }
  return std::nullopt;
}

}  // namespace portcullis::test

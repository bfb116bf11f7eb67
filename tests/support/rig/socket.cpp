#include "tests/support/rig/socket.h"

#include <arpa/inet.h>
#include <netinet/ip.h>

#include <algorithm>

namespace portcullis::test {
namespace {

struct Kind {
  int type;
  int protocol;
};

Kind kind_of(Transport transport, Family family) {
  switch (transport) {
    case Transport::kTcp:
    case Transport::kTcpAck:
      return {SOCK_STREAM, IPPROTO_TCP};
    case Transport::kUdp:
      return {SOCK_DGRAM, IPPROTO_UDP};
    case Transport::kSctp:
      return {SOCK_RAW, IPPROTO_SCTP};
    case Transport::kGre:
      return {SOCK_RAW, IPPROTO_GRE};
    case Transport::kIcmp:
      break;
  }
  if (family == Family::kIpv6) return {SOCK_DGRAM, IPPROTO_ICMPV6};
  return {SOCK_DGRAM, IPPROTO_ICMP};
}

bool is_raw_ipv4(int fd) {
  int type = 0;
  int domain = 0;
  socklen_t size = sizeof type;
  getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size);
  getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size);
  return type == SOCK_RAW && domain == AF_INET;
}

}  // namespace

SocketAddress::SocketAddress(const Address& address, std::uint16_t port) {
  if (address.family == Family::kIpv4) {
    auto* in = reinterpret_cast<sockaddr_in*>(&storage_);
    in->sin_family = AF_INET;
    in->sin_port = htons(port);
    in->sin_addr.s_addr = htonl(static_cast<std::uint32_t>(address.value));
    size_ = sizeof *in;
    return;
  }
  auto* in = reinterpret_cast<sockaddr_in6*>(&storage_);
  in->sin6_family = AF_INET6;
  in->sin6_port = htons(port);
  for (int i = 0; i < 16; ++i)
    in->sin6_addr.s6_addr[i] = static_cast<std::uint8_t>(address.value >> (120 - 8 * i));
  size_ = sizeof *in;
}

FileDescriptor open_socket(Transport transport, Family family) {
  const int domain = family == Family::kIpv4 ? AF_INET : AF_INET6;
  const auto [type, protocol] = kind_of(transport, family);
  FileDescriptor socket(::socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
  const int on = 1;
  const bool v4 = family == Family::kIpv4;
  if (socket) {
    setsockopt(socket.get(), v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_RECVERR : IPV6_RECVERR, &on,
               sizeof on);
  }
  return socket;
}

ssize_t receive(int fd, std::span<std::uint8_t> buffer, std::span<const std::uint8_t>& packet,
                SocketAddress* from) {
  const ssize_t size =
      recvfrom(fd, buffer.data(), buffer.size(), 0, from != nullptr ? from->get() : nullptr,
               from != nullptr ? from->size_pointer() : nullptr);
  if (size < 0) return size;
  packet = buffer.first(static_cast<std::size_t>(size));
  if (!is_raw_ipv4(fd) || packet.empty()) return size;
  const std::size_t header = std::size_t{4} * (packet[0] & 0x0fU);
  packet = packet.subspan(std::min(header, packet.size()));
  return size;
}

}  // namespace portcullis::test

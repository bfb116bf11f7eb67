#include "tests/support/rig/frame.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "tests/support/rig/file_descriptor.h"

namespace portcullis::test {
namespace {

constexpr const char* kLink = "eth0";

bool is_multicast(const Address& address) {
  return address.family == Family::kIpv4 ? address.value >> 28 == 0xe
                                         : address.value >> 120 == 0xff;
}

std::uint8_t byte_of(const Address& address, int place) {  // from the right
  return static_cast<std::uint8_t>(address.value >> (8 * place));
}

}  // namespace

MacAddress mac_address(const Endpoint& endpoint) {
  ifreq request{};
  std::strcpy(request.ifr_name, kLink);
  int done = -1;
  endpoint.netns.run([&] {
    const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    done = ioctl(socket.get(), SIOCGIFHWADDR, &request);
  });
  if (done != 0) std::abort();
  MacAddress address{};
  std::copy_n(request.ifr_hwaddr.sa_data, address.size(), address.begin());
  return address;
}

MacAddress group_mac_address(const Address& group) {
  if (!is_multicast(group)) return {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  if (group.family == Family::kIpv6)
    return {0x33, 0x33, byte_of(group, 3), byte_of(group, 2), byte_of(group, 1), byte_of(group, 0)};
  const auto low = static_cast<std::uint8_t>(byte_of(group, 2) & 0x7f);
  return {0x01, 0x00, 0x5e, low, byte_of(group, 1), byte_of(group, 0)};
}

bool send_frame(const Endpoint& from, const MacAddress& to, const Bytes& packet) {
  bool sent = false;
  from.netns.run([&] {
    const int protocol = htons(packet[0] >> 4 == 4 ? ETHERTYPE_IP : ETHERTYPE_IPV6);
    const FileDescriptor socket(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_ll link{};
    link.sll_family = AF_PACKET;
    link.sll_protocol = static_cast<std::uint16_t>(protocol);
    link.sll_ifindex = static_cast<int>(if_nametoindex(kLink));
    link.sll_halen = static_cast<std::uint8_t>(to.size());
    std::copy(to.begin(), to.end(), link.sll_addr);
    const auto size = sendto(socket.get(), packet.data(), packet.size(), 0,
                             reinterpret_cast<const sockaddr*>(&link), sizeof link);
    sent = size == static_cast<ssize_t>(packet.size());
  });
  return sent;
}

}  // namespace portcullis::test

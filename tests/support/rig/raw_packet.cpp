#include "tests/support/rig/raw_packet.h"

#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>

#include <algorithm>
#include <cstddef>

#include "tests/support/rig/socket.h"

namespace portcullis::test {
namespace {

constexpr std::uint16_t kMoreFragments = 0x2000;

struct Fragment {
  std::size_t offset = 0;  // in bytes
  bool more = false;
  std::uint16_t id = 0;

  bool is_whole() const { return offset == 0 && !more; }
};

void put16(Bytes& bytes, std::size_t value) {
  bytes.push_back(static_cast<std::uint8_t>(value >> 8));
  bytes.push_back(static_cast<std::uint8_t>(value));
}

void put(Bytes& bytes, const Bytes& more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

void put(Bytes& bytes, const Address& address) {
  for (int shift = bits(address.family) - 8; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<std::uint8_t>(address.value >> shift));
}

// RFC 1071.
std::uint16_t checksum(Bytes bytes) {
  if (bytes.size() % 2 != 0) bytes.push_back(0);
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 2)
    sum += static_cast<std::uint32_t>(bytes[i] << 8 | bytes[i + 1]);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

// RFC 768 and RFC 8200: for ICMP over IPv4, only the payload.
//
//     | source | destination | protocol, 2 bytes | length, 2 bytes | payload |
void put_checksum(RawPacket& packet, std::size_t place) {
  Bytes covered;
  if (packet.protocol != IPPROTO_ICMP) {
    put(covered, packet.source);
    put(covered, packet.destination);
    put16(covered, packet.protocol);
    put16(covered, packet.payload.size());
  }
  put(covered, packet.payload);
  const std::uint16_t sum = checksum(covered);
  packet.payload[place] = static_cast<std::uint8_t>(sum >> 8);
  packet.payload[place + 1] = static_cast<std::uint8_t>(sum);
}

// | 4, 5 | 0 | length | id | flags, offset | hop limit | protocol | checksum | addresses |
//     1    1     2      2        2              1          1          2           8
Bytes ipv4_header(const RawPacket& packet, const Fragment& fragment, std::size_t payload) {
  Bytes header = {0x45, 0};
  put16(header, 20 + payload);
  put16(header, fragment.id);
  put16(header, fragment.offset / 8 | (fragment.more ? kMoreFragments : 0));
  put(header, {packet.hop_limit, packet.protocol, 0, 0});
  put(header, packet.source);
  put(header, packet.destination);
  const std::uint16_t sum = checksum(header);
  header[10] = static_cast<std::uint8_t>(sum >> 8);
  header[11] = static_cast<std::uint8_t>(sum);
  return header;
}

// | 6, 0 | length | next header | hop limit | addresses | next header | 0 | offset, more | id |
//     4      2           1           1           32            1        1        2         4
Bytes ipv6_header(const RawPacket& packet, const Fragment& fragment, std::size_t payload) {
  Bytes header = {0x60, 0, 0, 0};
  put16(header, payload + (fragment.is_whole() ? 0 : 8));
  put(header,
      {fragment.is_whole() ? packet.protocol : std::uint8_t{IPPROTO_FRAGMENT}, packet.hop_limit});
  put(header, packet.source);
  put(header, packet.destination);
  if (fragment.is_whole()) return header;
  put(header, {packet.protocol, 0});
  put16(header, fragment.offset | (fragment.more ? 1 : 0));
  put(header, {0, 0});
  put16(header, fragment.id);
  return header;
}

Bytes encode(const RawPacket& packet, const Fragment& fragment, const Bytes& payload) {
  Bytes bytes = packet.source.family == Family::kIpv4
                    ? ipv4_header(packet, fragment, payload.size())
                    : ipv6_header(packet, fragment, payload.size());
  put(bytes, payload);
  return bytes;
}

Address destination_of(const Bytes& packet) {
  const bool v4 = packet[0] >> 4 == 4;
  Address address{v4 ? Family::kIpv4 : Family::kIpv6, 0};
  const std::size_t first = v4 ? 16 : 24;
  const auto size = static_cast<std::size_t>(bits(address.family)) / 8;
  for (std::size_t i = first; i < first + size; ++i) address.value = address.value << 8 | packet[i];
  return address;
}

}  // namespace

RawPacket udp_packet(const Address& source, const Address& destination, const UdpPorts& ports,
                     const Bytes& data) {
  RawPacket packet{source, destination, IPPROTO_UDP};
  put16(packet.payload, ports.source);
  put16(packet.payload, ports.destination);
  put16(packet.payload, 8 + data.size());
  put16(packet.payload, 0);
  put(packet.payload, data);
  put_checksum(packet, 6);
  return packet;
}

// | type | code | checksum | 0 | the packet that it is about |
//    1      1        2       4
RawPacket icmp_error(const Address& source, const Address& destination, const IcmpType& type,
                     const RawPacket& about) {
  const bool v4 = source.family == Family::kIpv4;
  RawPacket packet{source, destination,
                   v4 ? std::uint8_t{IPPROTO_ICMP} : std::uint8_t{IPPROTO_ICMPV6}};
  packet.payload = {type.type, type.code};
  packet.payload.resize(8);
  put(packet.payload, encode(about));
  put_checksum(packet, 2);
  return packet;
}

RawPacket port_unreachable(const Address& source, const Address& destination,
                           const RawPacket& about) {
  const bool v4 = source.family == Family::kIpv4;
  return icmp_error(source, destination,
                    v4 ? IcmpType{ICMP_UNREACH, ICMP_UNREACH_PORT}
                       : IcmpType{ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOPORT},
                    about);
}

RawPacket icmpv6_message(const Address& source, const Address& destination, std::uint8_t type,
                         const Bytes& body, std::uint8_t hop_limit) {
  RawPacket packet{source, destination, IPPROTO_ICMPV6, {type, 0, 0, 0}, hop_limit};
  put(packet.payload, body);
  put_checksum(packet, 2);
  return packet;
}

Bytes encode(const RawPacket& packet) { return encode(packet, {}, packet.payload); }

std::vector<Bytes> encode_in_fragments(const RawPacket& packet, std::size_t size,
                                       std::uint16_t id) {
  std::vector<Bytes> fragments;
  const auto& payload = packet.payload;
  for (std::size_t at = 0; at < payload.size(); at += size) {
    const auto end = std::min(at + size, payload.size());
    const Bytes part(payload.begin() + static_cast<std::ptrdiff_t>(at),
                     payload.begin() + static_cast<std::ptrdiff_t>(end));
    fragments.push_back(encode(packet, {at, end < payload.size(), id}, part));
  }
  return fragments;
}

bool send_raw(const Endpoint& from, const Bytes& packet) {
  const auto destination = destination_of(packet);
  bool sent = false;
  from.netns.run([&] {
    const int domain = destination.family == Family::kIpv4 ? AF_INET : AF_INET6;
    const FileDescriptor socket(::socket(domain, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW));
    const SocketAddress to(destination, 0);
    const auto size = sendto(socket.get(), packet.data(), packet.size(), 0, to.get(), to.size());
    sent = size == static_cast<ssize_t>(packet.size());
  });
  return sent;
}

}  // namespace portcullis::test

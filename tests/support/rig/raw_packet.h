#pragma once

#include <cstdint>
#include <vector>

#include "compiler/base/address.h"
#include "tests/support/rig/endpoint.h"

// Packets that no socket would send. Their family is that of their addresses.
namespace portcullis::test {

using Bytes = std::vector<std::uint8_t>;

struct RawPacket {
  Address source{};
  Address destination{};
  std::uint8_t protocol = 0;  // IANA's number
  Bytes payload{};
  std::uint8_t hop_limit = 64;
};

struct UdpPorts {
  std::uint16_t source = 0;
  std::uint16_t destination = 0;
};

RawPacket udp_packet(const Address& source, const Address& destination, const UdpPorts& ports,
                     const Bytes& data);

struct IcmpType {
  std::uint8_t type = 0;  // of ICMPv4 or ICMPv6, by the packet's family
  std::uint8_t code = 0;
};

// An ICMP error about a packet, which it quotes completely.
RawPacket icmp_error(const Address& source, const Address& destination, const IcmpType& type,
                     const RawPacket& about);

// An ICMP error: nobody listens on the destination port of `about`.
RawPacket port_unreachable(const Address& source, const Address& destination,
                           const RawPacket& about);

// An ICMPv6 message; `body` follows type, code and checksum.
RawPacket icmpv6_message(const Address& source, const Address& destination, std::uint8_t type,
                         const Bytes& body, std::uint8_t hop_limit);

// With its IPv4 or IPv6 header.
Bytes encode(const RawPacket& packet);

// Split into fragments with this many bytes of payload, a multiple of 8; the last may be smaller.
std::vector<Bytes> encode_in_fragments(const RawPacket& packet, std::size_t size, std::uint16_t id);

// Sends it unchanged from the endpoint, whatever its source. False if the kernel rejects it.
[[nodiscard]] bool send_raw(const Endpoint& from, const Bytes& packet);

}  // namespace portcullis::test

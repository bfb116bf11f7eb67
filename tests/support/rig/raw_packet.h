#pragma once

#include <cstdint>
#include <vector>

#include "compiler/address.h"
#include "tests/support/rig/endpoint.h"

// Packets that no socket would send. Their family is that of their addresses.
namespace portcullis::test {

using Bytes = std::vector<std::uint8_t>;

struct RawPacket {
  Address source{};
  Address destination{};
  std::uint8_t protocol = 0;  // IANA's number
  Bytes payload{};
};

struct UdpPorts {
  std::uint16_t source = 0;
  std::uint16_t destination = 0;
};

RawPacket udp_packet(const Address& source, const Address& destination, const UdpPorts& ports,
                     const Bytes& data);

// An ICMP error: nobody listens on the port that `about` went to.
RawPacket port_unreachable(const Address& source, const Address& destination,
                           const RawPacket& about);

// With its header of IPv4 or IPv6.
Bytes encode(const RawPacket& packet);

// Cut into fragments of so many bytes of payload, a multiple of 8; the last may be smaller.
std::vector<Bytes> encode_in_fragments(const RawPacket& packet, std::size_t size, std::uint16_t id);

// Leaves the endpoint as it is, whoever the source is. False if the kernel does not take it.
[[nodiscard]] bool send_raw(const Endpoint& from, const Bytes& packet);

}  // namespace portcullis::test

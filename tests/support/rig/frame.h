#pragma once

#include <array>
#include <cstdint>

#include "tests/support/rig/endpoint.h"
#include "tests/support/rig/raw_packet.h"

// Ethernet frames that leave a pod or host by its eth0, regardless of its routes and neighbours.
namespace portcullis::test {

using MacAddress = std::array<std::uint8_t, 6>;

// Of the endpoint's eth0; aborts if it has none.
MacAddress mac_address(const Endpoint& endpoint);

// The destination of frames for a group: RFC 1112 and RFC 2464 for multicast, else broadcast.
MacAddress group_mac_address(const Address& group);

// False if the kernel does not accept it.
[[nodiscard]] bool send_frame(const Endpoint& from, const MacAddress& to, const Bytes& packet);

}  // namespace portcullis::test

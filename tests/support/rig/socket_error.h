#pragma once

#include <cstdint>
#include <optional>

#include "compiler/base/address.h"

namespace portcullis::test {

// An error of a packet that a socket has sent, from the error queue of ip(7) and ipv6(7).
struct SocketError {
  int error = 0;          // EHOSTUNREACH
  std::uint8_t type = 0;  // of the ICMP or ICMPv6 error; 0: the own kernel found it wrong
  std::uint8_t code = 0;
  std::uint32_t mtu = 0;              // of EMSGSIZE
  std::optional<Address> offender{};  // who sent the ICMP error
};

// The oldest error of a socket from open_socket(); removes it.
std::optional<SocketError> take_error(int fd);

}  // namespace portcullis::test

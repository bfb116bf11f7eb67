#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>

#include "tests/support/rig/endpoint.h"
#include "tests/support/rig/file_descriptor.h"

namespace portcullis::test {

// A UDP socket of an endpoint on one port, to exchange datagrams with another talker as long as a
// test needs: everything between two talkers is one connection. Aborts if the port is taken.
//
//     0        4                    size
//     +--------+------------- - - ---+
//     | serial | x x x               |
//     +--------+------------- - - ---+
// Not compared with explain, which judges only new connections.
class Talker {
 public:
  static constexpr std::uint16_t kPort = 4000;

  using Serial = std::uint32_t;  // no two datagrams of a process have the same
  static constexpr std::size_t kSmallest = sizeof(Serial);

  struct Datagram {
    Serial serial = 0;
    std::size_t size = 0;
  };

  Talker(const Endpoint& endpoint, Family family, std::uint16_t port = kPort);

  // A datagram of this many bytes, at least kSmallest; above 1,452 (IPv6) or 1,472 (IPv4) it is
  // fragmented. None if it cannot be sent.
  std::optional<Serial> send_to(const Talker& other, std::size_t size = kSmallest) const;

  // The next received datagram; none: there is none.
  std::optional<Datagram> receive() const;

  const Address& address() const { return address_; }

 private:
  Address address_;
  std::uint16_t port_;
  FileDescriptor socket_;
};

// Sends repeatedly until one of these datagrams arrives complete; false if none does for seconds.
// Other received datagrams are discarded.
bool reaches(const Talker& from, const Talker& to, std::size_t size = Talker::kSmallest);

// Whether one of these datagrams has arrived. Others are discarded.
bool has_arrived(const std::set<Talker::Serial>& serials, const Talker& at);

}  // namespace portcullis::test

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>

#include "tests/support/rig/endpoint.h"
#include "tests/support/rig/file_descriptor.h"

namespace portcullis::test {

// A UDP socket of an endpoint on one port, to talk to another one's for as long as a test likes:
// all that two talkers say to each other is one connection. Aborts where the port cannot be had.
//
//     0        4                    size
//     +--------+------------- - - ---+
//     | serial | x x x               |
//     +--------+------------- - - ---+
// Not held against explain, which judges new connections only.
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

  // One datagram of so many bytes, at least kSmallest; over 1,452 (IPv6) or 1,472 (IPv4) it travels
  // in fragments. None if it cannot be sent.
  std::optional<Serial> send_to(const Talker& other, std::size_t size = kSmallest) const;

  // The next datagram that has arrived; none: there is none (any more).
  std::optional<Datagram> receive() const;

  const Address& address() const { return address_; }

 private:
  Address address_;
  std::uint16_t port_;
  FileDescriptor socket_;
};

// Sends again and again until one of these datagrams arrives, whole; false if none does for
// seconds. What else has arrived is thrown away.
bool reaches(const Talker& from, const Talker& to, std::size_t size = Talker::kSmallest);

// Whether one of these datagrams has arrived. What else has is thrown away.
bool has_arrived(const std::set<Talker::Serial>& serials, const Talker& at);

}  // namespace portcullis::test

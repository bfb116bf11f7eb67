#pragma once

#include <cstddef>
#include <cstdint>

#include "tests/support/rig/endpoint.h"
#include "tests/support/rig/file_descriptor.h"

namespace portcullis::test {

// A UDP socket of an endpoint on one port, to talk to another one's for as long as a test likes:
// all that two talkers say to each other is one connection.
class Talker {
 public:
  static constexpr std::uint16_t kPort = 4000;

  Talker(const Endpoint& endpoint, Family family, std::uint16_t port = kPort);

  // One datagram of so many bytes; over 1,472 it travels in fragments. False if it cannot be sent.
  bool send_to(const Talker& other, std::size_t size = 1) const;

  // The size of the next datagram that has arrived; 0: there is none.
  std::size_t receive() const;

  const Address& address() const { return address_; }

 private:
  Address address_;
  std::uint16_t port_;
  FileDescriptor socket_;
};

// Sends again and again until something arrives; false if nothing does for seconds.
bool reaches(const Talker& from, const Talker& to, std::size_t size = 1);

}  // namespace portcullis::test

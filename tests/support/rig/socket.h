#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <span>
#include <vector>

#include "compiler/base/address.h"
#include "tests/support/rig/file_descriptor.h"
#include "tests/support/rig/traffic.h"

namespace portcullis::test {

// An address and port in the form of socket calls.
class SocketAddress {
 public:
  SocketAddress() = default;
  SocketAddress(const Address& address, std::uint16_t port);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }
  socklen_t* size_pointer() { return &size_; }

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = sizeof(sockaddr_storage);
};

// A non-blocking socket in the calling thread's network namespace that carries `transport`: raw for
// SCTP and GRE, a ping socket for ICMP. It reports ICMP errors. Empty on failure, with errno set.
FileDescriptor open_socket(Transport transport, Family family);

// The next packet or piece of a stream, without the IPv4 header that raw sockets deliver. Negative
// with errno set if there is none; 0 at a stream's end. `from` may be null.
ssize_t receive(int fd, std::span<std::uint8_t> buffer, std::span<const std::uint8_t>& packet,
                SocketAddress* from);

}  // namespace portcullis::test

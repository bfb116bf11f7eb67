#pragma once

#include <cstdint>
#include <optional>

#include "tests/support/netns/network_namespace.h"
#include "tests/support/rig/file_descriptor.h"
#include "tests/support/rig/probe.h"

namespace portcullis::test {

// A TCP connection that stays open as long as a test needs. Not compared with explain, which judges
// only new connections.
class Stream {
 public:
  struct End {
    const NetworkNamespace* netns;
    Address address;
    FileDescriptor socket{};

    bool send() const;     // one byte; the kernel sends it again until it is acknowledged
    bool receive() const;  // whether anything has arrived since
  };

  // From the client's address to a port of the server, or to another address that leads there.
  // None if that takes seconds; aborts if the server's port is taken.
  static std::optional<Stream> connect(End client, End server, std::uint16_t port,
                                       std::optional<ServiceAddress> via = {});

  const End& client() const { return client_; }
  const End& server() const { return server_; }

  // Whether a byte from each end arrives at the other; false if that takes seconds.
  bool goes_on() const;

 private:
  Stream(End client, End server) : client_(std::move(client)), server_(std::move(server)) {}

  End client_;
  End server_;
};

}  // namespace portcullis::test

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/netlink/wire/socket.h"
#include "tests/support/netns/network_namespace.h"

namespace portcullis::test {

// The kernel's conntrack table of a network namespace. Connections are UDP and written as
//
//     10.0.0.1>10.0.0.2                          replies come the other way round
//     10.0.0.1>10.96.0.1 10.0.0.2>10.0.0.1       they come so, for there is NAT
//     10.0.0.1>10.0.0.2 zone 7                   also "original-zone 7", "reply-zone 7"
//
// Aborts if the kernel rejects a request. Not thread safe.
class ConntrackTable {
 public:
  // Nothing if this kernel does not expose its table: a reason to skip the test.
  static std::optional<ConntrackTable> open(const NetworkNamespace& network);

  // With a new source port, or this one.
  void add(const std::string& connection);
  void add(const std::string& connection, std::uint16_t source_port);

  // Adds `count` connections of a client, from as many ports and to as many servers as needed.
  void add_many(std::size_t count, const std::string& client);

  std::vector<std::string> list();  // sorted
  std::size_t count();

 private:
  explicit ConntrackTable(nl::Socket socket) : socket_(std::move(socket)) {}
  void dump(const std::function<void(const nlmsghdr*)>& take);

  nl::Socket socket_;
  std::uint16_t next_port_ = 1;
};

}  // namespace portcullis::test

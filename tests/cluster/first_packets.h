#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "tests/support/netns/network_namespace.h"
#include "tests/support/rig/file_descriptor.h"

namespace portcullis::test {

// What arrives in a network namespace of what `workload-sender` sends, whatever becomes of it
// there. Thread safe.
class FirstPackets {
 public:
  // Of one sender: a bit for each of these.
  enum Kind : std::uint8_t { kUdp4 = 1, kUdp6 = 2, kSyn4 = 4, kSyn6 = 8, kAck4 = 16, kAck6 = 32 };
  using Kinds = std::uint8_t;
  // kAck4, kAck6: the sender has got an answer to its SYN.
  static constexpr Kinds kAll = kUdp4 | kUdp6 | kSyn4 | kSyn6 | kAck4 | kAck6;

  // Until destroyed, at these ports, where TCP connections are accepted. Aborts if it cannot.
  FirstPackets(const NetworkNamespace& network, std::array<std::uint16_t, 2> ports);

  Kinds of(std::uint16_t port, std::uint16_t source) const;

 private:
  void listen(const std::stop_token& stop);
  void take(int socket, int protocol, bool is_v6);

  const std::array<std::uint16_t, 2> ports_;
  std::array<FileDescriptor, 4> raw_;  // TCP and UDP, over IPv4 and IPv6
  std::array<FileDescriptor, 2> listeners_;
  mutable std::mutex mutex_;                                       // of what follows
  std::map<std::pair<std::uint16_t, std::uint16_t>, Kinds> seen_;  // by port and source port
  std::jthread thread_;
};

std::string to_text(FirstPackets::Kinds kinds);  // "udp4 syn6"

}  // namespace portcullis::test

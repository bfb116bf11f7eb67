#include "tests/cluster/first_packets.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace portcullis::test {
namespace {

struct RawSocket {
  int protocol;
  bool is_v6;
};

constexpr std::array<RawSocket, 4> kRawSockets = {
    {{IPPROTO_TCP, false}, {IPPROTO_TCP, true}, {IPPROTO_UDP, false}, {IPPROTO_UDP, true}}};
constexpr int kRoom = 8 << 20;      // bytes
constexpr std::size_t kFlags = 13;  // of TCP: RFC 9293, 3.1
constexpr std::uint8_t kSyn = 0x02;
constexpr std::uint8_t kAck = 0x10;

void must(bool done) {
  if (!done) std::abort();
}

FileDescriptor listener_at(std::uint16_t port) {
  FileDescriptor opened(socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  must(bind(opened.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  must(listen(opened.get(), SOMAXCONN) == 0);
  return opened;
}

FirstPackets::Kinds kind_of(int protocol, bool is_v6, std::uint8_t flags) {
  if (protocol == IPPROTO_UDP) return is_v6 ? FirstPackets::kUdp6 : FirstPackets::kUdp4;
  if ((flags & kSyn) != 0) return is_v6 ? FirstPackets::kSyn6 : FirstPackets::kSyn4;
  if ((flags & kAck) != 0) return is_v6 ? FirstPackets::kAck6 : FirstPackets::kAck4;
  return 0;
}

}  // namespace

FirstPackets::FirstPackets(const NetworkNamespace& network, std::array<std::uint16_t, 2> ports)
    : ports_(ports) {
  network.run([&] {
    for (std::size_t i = 0; i < raw_.size(); ++i) {
      const auto [protocol, is_v6] = kRawSockets.at(i);
      raw_.at(i) = FileDescriptor(
          socket(is_v6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
      must(static_cast<bool>(raw_.at(i)));
      setsockopt(raw_.at(i).get(), SOL_SOCKET, SO_RCVBUFFORCE, &kRoom, sizeof kRoom);
    }
    for (std::size_t i = 0; i < ports_.size(); ++i) listeners_.at(i) = listener_at(ports_.at(i));
  });
  thread_ = std::jthread([this](const std::stop_token& stop) { listen(stop); });
}

FirstPackets::Kinds FirstPackets::of(std::uint16_t port, std::uint16_t source) const {
  const std::scoped_lock lock(mutex_);
  const auto seen = seen_.find({port, source});
  return seen == seen_.end() ? Kinds{0} : seen->second;
}

void FirstPackets::listen(const std::stop_token& stop) {
  std::vector<pollfd> sockets;
  for (const auto& each : raw_) sockets.push_back({each.get(), POLLIN, 0});
  for (const auto& each : listeners_) sockets.push_back({each.get(), POLLIN, 0});
  while (!stop.stop_requested()) {
    if (poll(sockets.data(), sockets.size(), 100) <= 0) continue;
    for (std::size_t i = 0; i < raw_.size(); ++i) {
      take(raw_.at(i).get(), kRawSockets.at(i).protocol, kRawSockets.at(i).is_v6);
    }
    for (const auto& each : listeners_) {
      while (FileDescriptor(accept4(each.get(), nullptr, nullptr, SOCK_CLOEXEC))) {
      }
    }
  }
}

//     IPv4 only: | length of the header in words | ...        then, of both protocols:
//                  low 4 bits of the first byte               | source port | destination port |
//                  ...
void FirstPackets::take(int socket, int protocol, bool is_v6) {
  std::array<std::uint8_t, 2048> packet{};
  for (;;) {
    const auto size = recv(socket, packet.data(), packet.size(), 0);
    if (size <= 0) return;
    const std::size_t header = is_v6 ? 0 : (packet[0] & 0xfU) * 4U;
    if (static_cast<std::size_t>(size) < header + 8) continue;
    const auto number = [&](std::size_t at) {
      return static_cast<std::uint16_t>(packet.at(header + at) << 8U | packet.at(header + at + 1));
    };
    if (std::ranges::find(ports_, number(2)) == ports_.end()) continue;
    const std::scoped_lock lock(mutex_);
    auto& seen = seen_[{number(2), number(0)}];
    seen = static_cast<Kinds>(seen | kind_of(protocol, is_v6, packet.at(header + kFlags)));
  }
}

std::string to_text(FirstPackets::Kinds kinds) {
  constexpr std::array kNames = {"udp4", "udp6", "syn4", "syn6", "ack4", "ack6"};
  std::string text;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if ((kinds >> i & 1U) != 0) text += (text.empty() ? "" : " ") + std::string(kNames.at(i));
  }
  return text.empty() ? "nothing" : text;
}

}  // namespace portcullis::test

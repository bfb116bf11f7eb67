#include "tests/support/rig/talker.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "tests/support/process/wait_until.h"
#include "tests/support/rig/socket.h"

namespace portcullis::test {
namespace {

constexpr std::size_t kLargest = 65507;

std::atomic<Talker::Serial> next_serial = 1;

}  // namespace

Talker::Talker(const Endpoint& endpoint, Family family, std::uint16_t port)
    : address_(endpoint.address(family)), port_(port) {
  endpoint.netns.run([&] {
    socket_ = open_socket(Transport::kUdp, family);
    const SocketAddress own(address_, port_);
    if (socket_ && bind(socket_.get(), own.get(), own.size()) == 0) return;
    std::perror("talker: socket, bind");
    std::abort();
  });
}

std::optional<Talker::Serial> Talker::send_to(const Talker& other, std::size_t size) const {
  std::vector<char> bytes(std::max(size, kSmallest), 'x');
  const Serial serial = next_serial++;
  std::memcpy(bytes.data(), &serial, sizeof serial);
  const SocketAddress to(other.address_, other.port_);
  const auto sent = sendto(socket_.get(), bytes.data(), bytes.size(), 0, to.get(), to.size());
  return sent == static_cast<ssize_t>(bytes.size()) ? std::optional(serial) : std::nullopt;
}

std::optional<Talker::Datagram> Talker::receive() const {
  thread_local std::vector<char> bytes(kLargest);
  const auto size = recv(socket_.get(), bytes.data(), bytes.size(), 0);
  if (size < static_cast<ssize_t>(kSmallest)) return std::nullopt;
  Datagram datagram{0, static_cast<std::size_t>(size)};
  std::memcpy(&datagram.serial, bytes.data(), sizeof datagram.serial);
  return datagram;
}

bool reaches(const Talker& from, const Talker& to, std::size_t size) {
  std::set<Talker::Serial> sent;
  return wait_until(
      [&] {
        if (const auto serial = from.send_to(to, size)) sent.insert(*serial);
        while (const auto datagram = to.receive()) {
          if (sent.contains(datagram->serial) && datagram->size == size) return true;
        }
        return false;
      },
      std::chrono::seconds(5));
}

bool has_arrived(const std::set<Talker::Serial>& serials, const Talker& at) {
  bool arrived = false;
  while (const auto datagram = at.receive()) {
    arrived = arrived || serials.contains(datagram->serial);
  }
  return arrived;
}

}  // namespace portcullis::test

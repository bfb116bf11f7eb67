#include "tests/support/rig/talker.h"

#include <vector>

#include "tests/support/process/wait_until.h"
#include "tests/support/rig/socket.h"

namespace portcullis::test {
namespace {

constexpr std::size_t kLargest = 65507;

}  // namespace

Talker::Talker(const Endpoint& endpoint, Family family, std::uint16_t port)
    : address_(endpoint.address(family)), port_(port) {
  endpoint.netns.run([&] {
    socket_ = open_socket(Transport::kUdp, family);
    const SocketAddress own(address_, port_);
    if (bind(socket_.get(), own.get(), own.size()) != 0) socket_.reset();
  });
}

bool Talker::send_to(const Talker& other, std::size_t size) const {
  const std::vector<char> bytes(size, 'x');
  const SocketAddress to(other.address_, other.port_);
  const auto sent = sendto(socket_.get(), bytes.data(), bytes.size(), 0, to.get(), to.size());
  return sent == static_cast<ssize_t>(size);
}

std::size_t Talker::receive() const {
  std::vector<char> bytes(kLargest);
  const auto size = recv(socket_.get(), bytes.data(), bytes.size(), 0);
  return size < 0 ? 0 : static_cast<std::size_t>(size);
}

bool reaches(const Talker& from, const Talker& to, std::size_t size) {
  return wait_until([&] { return from.send_to(to, size) && to.receive() == size; },
                    std::chrono::seconds(5));
}

}  // namespace portcullis::test

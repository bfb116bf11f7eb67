// server PORT...: what the pods of the test serve. It accepts TCP connections on these ports, and
// answers every DNS query on UDP port 53: no such name. That suffices to see whether packets and
// their replies pass.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

constexpr std::uint16_t kDnsPort = 53;

// Of every address of both families.
int open_port(int type, std::uint16_t port) {
  const int opened = socket(AF_INET6, type, 0);
  const int yes = 1;
  setsockopt(opened, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  if (bind(opened, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      (type == SOCK_STREAM && listen(opened, SOMAXCONN) != 0)) {
    std::perror("server");
    std::_Exit(1);
  }
  return opened;
}

void answer_query(int opened) {
  std::array<std::uint8_t, 512> message{};
  sockaddr_in6 address{};
  socklen_t size = sizeof address;
  const auto length = recvfrom(opened, message.data(), message.size(), 0,
                               reinterpret_cast<sockaddr*>(&address), &size);
  if (length < 12) return;
  // RFC 1035, 4.1.1:  | identifier | QR and others | RA, response code | ...
  message[2] |= 0x80;
  message[3] = 0x80 | 3;
  sendto(opened, message.data(), static_cast<std::size_t>(length), 0,
         reinterpret_cast<sockaddr*>(&address), size);
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<pollfd> sockets = {{open_port(SOCK_DGRAM, kDnsPort), POLLIN, 0}};
  for (int i = 1; i < count; ++i) {
    const auto port = static_cast<std::uint16_t>(std::strtoul(arguments[i], nullptr, 10));
    sockets.push_back({open_port(SOCK_STREAM, port), POLLIN, 0});
  }
  while (poll(sockets.data(), sockets.size(), -1) > 0) {
    if (sockets[0].revents != 0) answer_query(sockets[0].fd);
    for (std::size_t i = 1; i < sockets.size(); ++i) {
      if (sockets[i].revents != 0) close(accept(sockets[i].fd, nullptr, nullptr));
    }
  }
}

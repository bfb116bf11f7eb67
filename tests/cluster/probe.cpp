// probe SECONDS: reads connections from its standard input, tries all at once, and prints the
// numbers of those that are answered within these seconds, from 0. A line is "tcp ADDRESS PORT", or
// "udp ADDRESS PORT" for a DNS query. (A process for each would keep a small machine busy for
// longer than that.)
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Begins to connect, and sends the query of one over UDP.
int open_connection(bool is_tcp, const std::string& ip, std::uint16_t port) {
  const bool is_v6 = ip.find(':') != ip.npos;
  const int opened =
      socket(is_v6 ? AF_INET6 : AF_INET, (is_tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK, 0);
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v4.sin_port = v6.sin6_port = htons(port);
  v6.sin6_family = AF_INET6;
  inet_pton(AF_INET, ip.c_str(), &v4.sin_addr);
  inet_pton(AF_INET6, ip.c_str(), &v6.sin6_addr);
  const auto* address =
      is_v6 ? reinterpret_cast<const sockaddr*>(&v6) : reinterpret_cast<const sockaddr*>(&v4);
  connect(opened, address, is_v6 ? sizeof v6 : sizeof v4);
  // RFC 1035, 4.1.1: a header with one question, of the root's A records.
  constexpr std::array<std::uint8_t, 17> kQuery = {0, 1, 1, 0, 0, 1, 0, 0, 0,
                                                   0, 0, 0, 0, 0, 1, 0, 1};
  if (!is_tcp) send(opened, kQuery.data(), kQuery.size(), 0);
  return opened;
}

// Once poll() has said that it has an answer or an error.
bool is_answered(int opened, bool is_tcp) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(opened, SOL_SOCKET, SO_ERROR, &error, &size);
  std::array<std::uint8_t, 512> message{};
  return error == 0 && (is_tcp || recv(opened, message.data(), message.size(), 0) >= 12);
}

}  // namespace

int main(int /*count*/, char** arguments) {
  const auto end = steady_clock::now() + std::chrono::seconds(std::atoi(arguments[1]));
  std::vector<pollfd> sockets;
  std::vector<bool> are_tcp;
  std::string transport;
  std::string address;
  std::uint16_t port = 0;
  while (std::cin >> transport >> address >> port) {
    are_tcp.push_back(transport == "tcp");
    const auto awaited = static_cast<short>(are_tcp.back() ? POLLOUT : POLLIN);
    sockets.push_back({open_connection(are_tcp.back(), address, port), awaited, 0});
  }
  for (auto open = sockets.size(); open > 0;) {
    const auto left = duration_cast<milliseconds>(end - steady_clock::now()).count();
    if (poll(sockets.data(), sockets.size(), static_cast<int>(std::max(left, 0L))) <= 0) break;
    for (std::size_t i = 0; i < sockets.size(); ++i) {
      if (sockets[i].revents == 0) continue;
      if (is_answered(sockets[i].fd, are_tcp[i])) std::cout << i << '\n';
      close(sockets[i].fd);
      sockets[i].fd = -1;
      --open;
    }
  }
}

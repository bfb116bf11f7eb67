// sender PORT SOURCE ADDRESS...: what a pod sends at once. Its first instructions send to this port
// of each address, from this source port: a UDP packet, and a TCP connection's first. It ends
// before the kernel would send one again.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <initializer_list>

namespace {

constexpr unsigned kPatience = 500'000;  // microseconds; less than a second: RFC 6298, 2.1

// A socket's address: "::ffff:1.2.3.4" for IPv4.
sockaddr_in6 address_of(const char* text, std::uint16_t port) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  if (inet_pton(AF_INET6, text, &address.sin6_addr) == 1) return address;
  address.sin6_addr.s6_addr[10] = address.sin6_addr.s6_addr[11] = 0xff;
  inet_pton(AF_INET, text, &address.sin6_addr.s6_addr[12]);
  return address;
}

void send_to(const sockaddr_in6& to, int type, std::uint16_t source) {
  const int opened = socket(AF_INET6, type | SOCK_NONBLOCK, 0);
  const int yes = 1;
  setsockopt(opened, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const auto from = address_of("::", source);
  bind(opened, reinterpret_cast<const sockaddr*>(&from), sizeof from);
  connect(opened, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  if (type == SOCK_DGRAM) send(opened, "x", 1, 0);
}

}  // namespace

int main(int count, char** arguments) {
  const auto number = [&](int at) {
    return static_cast<std::uint16_t>(std::strtoul(arguments[at], nullptr, 10));
  };
  for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
    for (int i = 3; i < count; ++i) send_to(address_of(arguments[i], number(1)), type, number(2));
  }
  usleep(kPatience);
}

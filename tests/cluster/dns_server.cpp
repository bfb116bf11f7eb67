// Answers every DNS query over UDP, on port 53 of every address: no such name. That suffices to see
// whether queries and replies pass.
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstdio>

int main() {
  const int server = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(53);
  if (bind(server, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    std::perror("dns-server: port 53");
    return 1;
  }
  std::array<std::uint8_t, 512> message{};
  for (;;) {
    socklen_t size = sizeof address;
    const auto length = recvfrom(server, message.data(), message.size(), 0,
                                 reinterpret_cast<sockaddr*>(&address), &size);
    if (length < 12) continue;
    // RFC 1035, 4.1.1:  | identifier | QR and others | RA, response code | ...
    message[2] |= 0x80;
    message[3] = 0x80 | 3;
    sendto(server, message.data(), static_cast<std::size_t>(length), 0,
           reinterpret_cast<sockaddr*>(&address), size);
  }
}

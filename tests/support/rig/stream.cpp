#include "tests/support/rig/stream.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "tests/support/process/wait_until.h"
#include "tests/support/rig/socket.h"

namespace portcullis::test {
namespace {

constexpr std::chrono::seconds kPatience{5};

FileDescriptor listen_at(const Stream::End& server, std::uint16_t port) {
  FileDescriptor listener;
  server.netns->run([&] {
    listener = open_socket(Transport::kTcp, server.address.family);
    const int on = 1;
    setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const SocketAddress own(server.address, port);
    if (bind(listener.get(), own.get(), own.size()) == 0 && listen(listener.get(), 1) == 0) return;
    std::perror("stream: bind, listen");
    std::abort();
  });
  return listener;
}

FileDescriptor call(const Stream::End& client, const ServiceAddress& target) {
  FileDescriptor caller;
  client.netns->run([&] {
    caller = open_socket(Transport::kTcp, client.address.family);
    const SocketAddress own(client.address, 0);
    const SocketAddress peer(target.address, target.port);
    const bool under_way =
        bind(caller.get(), own.get(), own.size()) == 0 &&
        (connect(caller.get(), peer.get(), peer.size()) == 0 || errno == EINPROGRESS);
    if (!under_way) caller.reset();
  });
  return caller;
}

bool reaches(const Stream::End& from, const Stream::End& to) {
  return from.send() && wait_until([&] { return to.receive(); }, kPatience);
}

}  // namespace

bool Stream::End::send() const { return ::send(socket.get(), "x", 1, MSG_NOSIGNAL) == 1; }

bool Stream::End::receive() const {
  std::array<char, 64> bytes;
  return recv(socket.get(), bytes.data(), bytes.size(), 0) > 0;
}

std::optional<Stream> Stream::connect(End client, End server, std::uint16_t port,
                                      std::optional<ServiceAddress> via) {
  const auto listener = listen_at(server, port);
  client.socket = call(client, via.value_or(ServiceAddress{server.address, port}));
  const bool connected =
      client.socket && wait_until(
                           [&] {
                             server.socket = FileDescriptor(accept4(
                                 listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
                             return static_cast<bool>(server.socket);
                           },
                           kPatience);
  if (!connected) return std::nullopt;
  return Stream(std::move(client), std::move(server));
}

bool Stream::goes_on() const { return reaches(client_, server_) && reaches(server_, client_); }

}  // namespace portcullis::test

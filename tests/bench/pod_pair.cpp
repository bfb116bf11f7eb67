#include "tests/bench/pod_pair.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <optional>
#include <vector>

#include "tests/bench/quantiles.h"
#include "tests/support/rig/socket.h"

namespace portcullis::bench {
namespace {

using test::FileDescriptor;
using test::SocketAddress;

constexpr timeval kPatience{1, 0};
constexpr std::uint16_t kFirstClientPort = 20'000;
constexpr int kRounds = 20;
constexpr int kConnections = 10;

FileDescriptor open_socket(Protocol protocol, int flags) {
  const int type = protocol == Protocol::kTcp ? SOCK_STREAM : SOCK_DGRAM;
  return FileDescriptor(socket(AF_INET, type | flags | SOCK_CLOEXEC, 0));
}

template <class Value>
bool set_option(int fd, int name, const Value& value) {
  return setsockopt(fd, SOL_SOCKET, name, &value, sizeof value) == 0;
}

FileDescriptor open_server(Protocol protocol, const SocketAddress& at) {
  auto server = open_socket(protocol, 0);
  if (set_option(server.get(), SO_RCVTIMEO, kPatience) &&
      bind(server.get(), at.get(), at.size()) == 0 &&
      (protocol == Protocol::kUdp || listen(server.get(), 1) == 0)) {
    return server;
  }
  return {};
}

// The server shows that the connection has been made.
bool connect_and_reset(int listener, const SocketAddress& to) {
  constexpr linger kReset{1, 0};
  auto client = open_socket(Protocol::kTcp, SOCK_NONBLOCK);
  if (!set_option(client.get(), SO_LINGER, kReset)) return false;
  if (connect(client.get(), to.get(), to.size()) != 0 && errno != EINPROGRESS) return false;
  const FileDescriptor accepted(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
  client.reset();
  return static_cast<bool>(accepted);
}

// Without a listener an answer would come at once: a reset.
bool connect_in_vain(const SocketAddress& to) {
  const auto client = open_socket(Protocol::kTcp, SOCK_NONBLOCK);
  if (connect(client.get(), to.get(), to.size()) == 0 || errno != EINPROGRESS) return false;
  pollfd answered{client.get(), POLLOUT, 0};
  return poll(&answered, 1, 0) == 0;
}

bool ask_and_answer(int server, const SocketAddress& from, const SocketAddress& to) {
  char byte = 'x';
  SocketAddress asking;
  const auto client = open_socket(Protocol::kUdp, 0);
  return set_option(client.get(), SO_RCVTIMEO, kPatience) &&
         bind(client.get(), from.get(), from.size()) == 0 &&
         connect(client.get(), to.get(), to.size()) == 0 && send(client.get(), &byte, 1, 0) == 1 &&
         recvfrom(server, &byte, 1, 0, asking.get(), asking.size_pointer()) == 1 &&
         sendto(server, &byte, 1, 0, asking.get(), asking.size()) == 1 &&
         recv(client.get(), &byte, 1, 0) == 1;
}

tl::unexpected<Error> failed(const std::string& what) {
  return failure(ErrorCode::kIo, what + ": " + std::strerror(errno));
}

// Connections per second. `connect` makes one.
Result<double> median_rate(const std::function<bool()>& connect) {
  using Steady = std::chrono::steady_clock;
  std::vector<double> rates;
  for (int batch = 0; batch < kRounds; ++batch) {
    const auto start = Steady::now();
    for (int i = 0; i < kConnections; ++i) {
      if (!connect()) return failed("a connection failed");
    }
    rates.push_back(kConnections / std::chrono::duration<double>(Steady::now() - start).count());
  }
  return quantile(std::move(rates), 0.5);
}

}  // namespace

PodPair::PodPair(test::Playground playground, nl::Conntrack conntrack)
    : playground_(std::move(playground)), conntrack_(std::move(conntrack)) {}

Result<PodPair> PodPair::build(test::Wiring wiring) {
  auto playground =
      test::Playground::build({.wiring = wiring, .pods = {{.name = "client"}, {.name = "server"}}});
  if (!playground) return tl::unexpected(playground.error());
  std::optional<Result<nl::Conntrack>> conntrack;
  playground->endpoint("node-1").netns.run([&] { conntrack = nl::Conntrack::open(); });
  if (!*conntrack) return tl::unexpected(conntrack->error());
  return PodPair(std::move(*playground), std::move(**conntrack));
}

Result<double> PodPair::connection_rate(Protocol protocol, std::uint16_t port) {
  const SocketAddress to(server().ipv4, port);
  FileDescriptor socket;
  server().netns.run([&] { socket = open_server(protocol, to); });
  if (!socket) return failure(ErrorCode::kIo, "the server cannot listen");
  std::optional<Result<double>> rate;
  client().netns.run([&] {
    std::uint16_t client_port = kFirstClientPort;
    rate = median_rate([&] {
      if (protocol == Protocol::kTcp) return connect_and_reset(socket.get(), to);
      return ask_and_answer(socket.get(), {client().ipv4, ++client_port}, to);
    });
  });
  const auto forgotten = conntrack_.forget({server().ipv4});
  if (!forgotten) return tl::unexpected(forgotten.error());
  return *rate;
}

Result<double> PodPair::exchange_rate(std::uint16_t port) const {
  const SocketAddress to(server().ipv4, port);
  const SocketAddress from(client().ipv4, kFirstClientPort);
  FileDescriptor there;
  FileDescriptor here;
  server().netns.run([&] { there = open_server(Protocol::kUdp, to); });
  client().netns.run([&] { here = open_server(Protocol::kUdp, from); });
  if (!there || !here) return failure(ErrorCode::kIo, "a socket cannot be bound");
  char byte = 'x';
  return median_rate([&] {
    return sendto(here.get(), &byte, 1, 0, to.get(), to.size()) == 1 &&
           recv(there.get(), &byte, 1, 0) == 1 &&
           sendto(there.get(), &byte, 1, 0, from.get(), from.size()) == 1 &&
           recv(here.get(), &byte, 1, 0) == 1;
  });
}

Result<double> PodPair::denied_rate(std::uint16_t port) const {
  const SocketAddress to(server().ipv4, port);
  std::optional<Result<double>> rate;
  client().netns.run([&] { rate = median_rate([&] { return connect_in_vain(to); }); });
  return *rate;
}

}  // namespace portcullis::bench

#include "tests/support/rig/server.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <set>

#include "tests/support/rig/gre.h"
#include "tests/support/rig/sctp.h"
#include "tests/support/rig/socket.h"

namespace portcullis::test {
namespace {

using Buffer = std::array<std::uint8_t, 2048>;

// True if a socket call should be retried at once: a pending ICMP error has been consumed.
bool goes_on(ssize_t result) { return result >= 0 || (errno != EAGAIN && errno != EBADF); }

class TcpConnection : public Watched {
 public:
  using Watched::Watched;

  void on_ready() override {
    Buffer buffer;
    for (;;) {
      const ssize_t size = recv(fd(), buffer.data(), buffer.size(), 0);
      if (size < 0 && errno == EAGAIN) return;
      if (size <= 0) return close_socket();
      send(fd(), buffer.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL);
    }
  }
};

class TcpServer : public Watched {
 public:
  TcpServer(FileDescriptor socket, Poll& poll) : Watched(std::move(socket)), poll_(poll) {}

  void on_ready() override {
    std::erase_if(connections_, [](const auto& connection) { return !connection->is_open(); });
    for (;;) {
      FileDescriptor accepted(accept4(fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!accepted && (errno == EAGAIN || errno == EMFILE)) return;
      if (!accepted) continue;
      connections_.push_back(std::make_unique<TcpConnection>(std::move(accepted)));
      poll_.watch(*connections_.back());
    }
  }

 private:
  Poll& poll_;
  std::vector<std::unique_ptr<TcpConnection>> connections_;
};

class UdpServer : public Watched {
 public:
  using Watched::Watched;

  void on_ready() override {
    Buffer buffer;
    for (;;) {
      std::span<const std::uint8_t> packet;
      SocketAddress from;
      const ssize_t size = receive(fd(), buffer, packet, &from);
      if (!goes_on(size)) return;
      if (size >= 0) sendto(fd(), packet.data(), packet.size(), 0, from.get(), from.size());
    }
  }
};

class SctpServer : public Watched {
 public:
  SctpServer(FileDescriptor socket, std::set<std::uint16_t> ports)
      : Watched(std::move(socket)), ports_(std::move(ports)) {}

  void on_ready() override {
    Buffer buffer;
    for (;;) {
      std::span<const std::uint8_t> bytes;
      SocketAddress from;
      const ssize_t size = receive(fd(), buffer, bytes, &from);
      if (!goes_on(size)) return;
      const auto packet = size < 0 ? std::nullopt : decode_sctp(bytes);
      if (packet && packet->chunk == SctpChunk::kInit) answer(*packet, from);
    }
  }

 private:
  void answer(const SctpPacket& init, const SocketAddress& from) {
    const bool listens = ports_.contains(init.destination_port);
    const auto bytes = encode({.source_port = init.destination_port,
                               .destination_port = init.source_port,
                               .verification_tag = init.initiate_tag,
                               .chunk = listens ? SctpChunk::kInitAck : SctpChunk::kAbort,
                               .initiate_tag = ~init.initiate_tag | 1});
    sendto(fd(), bytes.data(), bytes.size(), 0, from.get(), from.size());
  }

  std::set<std::uint16_t> ports_;
};

class GreServer : public Watched {
 public:
  using Watched::Watched;

  void on_ready() override {
    Buffer buffer;
    for (;;) {
      std::span<const std::uint8_t> bytes;
      SocketAddress from;
      const ssize_t size = receive(fd(), buffer, bytes, &from);
      if (!goes_on(size)) return;
      const auto packet = size < 0 ? std::nullopt : decode_gre(bytes);
      if (!packet || packet->kind != GrePacket::Kind::kRequest) continue;
      const auto answer = encode({.key = packet->key, .kind = GrePacket::Kind::kAnswer});
      sendto(fd(), answer.data(), answer.size(), 0, from.get(), from.size());
    }
  }
};

// Runs inside the endpoint's namespace.
FileDescriptor open_bound(const Endpoint& endpoint, Traffic traffic, Family family) {
  FileDescriptor socket = open_socket(traffic.transport, family);
  const SocketAddress address(endpoint.address(family), traffic.port);
  bool ready = socket && bind(socket.get(), address.get(), address.size()) == 0;
  if (ready && traffic.transport == Transport::kTcp) ready = listen(socket.get(), SOMAXCONN) == 0;
  if (!ready) socket.reset();
  return socket;
}

class Opener {
 public:
  Opener(const Endpoint& endpoint, Poll& poll) : endpoint_(endpoint), poll_(poll) {}

  void open(Family family) {
    std::set<std::uint16_t> sctp_ports;
    for (const auto& traffic : endpoint_.listens) {
      if (traffic.transport == Transport::kSctp)
        sctp_ports.insert(traffic.port);
      else
        open(traffic, family);
    }
    FileDescriptor raw = bound(sctp(0), family);
    if (raw) add(std::make_unique<SctpServer>(std::move(raw), std::move(sctp_ports)));
  }

  Result<std::vector<std::unique_ptr<Watched>>> servers() {
    if (error_) return tl::unexpected(*error_);
    return std::move(servers_);
  }

 private:
  void open(Traffic traffic, Family family) {
    FileDescriptor socket = bound(traffic, family);
    if (!socket) return;
    if (traffic.transport == Transport::kTcp)
      add(std::make_unique<TcpServer>(std::move(socket), poll_));
    else if (traffic.transport == Transport::kGre)
      add(std::make_unique<GreServer>(std::move(socket)));
    else
      add(std::make_unique<UdpServer>(std::move(socket)));
  }

  FileDescriptor bound(Traffic traffic, Family family) {
    FileDescriptor socket = open_bound(endpoint_, traffic, family);
    if (!socket && !error_) {
      error_ = Error{ErrorCode::kIo, endpoint_.name + " cannot listen on " + to_string(traffic) +
                                         ": " + std::strerror(errno)};
    }
    return socket;
  }

  void add(std::unique_ptr<Watched> server) {
    poll_.watch(*server);
    servers_.push_back(std::move(server));
  }

  const Endpoint& endpoint_;
  Poll& poll_;
  std::vector<std::unique_ptr<Watched>> servers_;
  std::optional<Error> error_;
};

}  // namespace

Result<std::vector<std::unique_ptr<Watched>>> open_servers(const Endpoint& endpoint, Poll& poll) {
  Opener opener(endpoint, poll);
  endpoint.netns.run([&] {
    opener.open(Family::kIpv4);
    opener.open(Family::kIpv6);
  });
  return opener.servers();
}

}  // namespace portcullis::test

#include "tests/support/rig/client.h"

#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "tests/support/rig/gre.h"
#include "tests/support/rig/sctp.h"
#include "tests/support/rig/socket.h"
#include "tests/support/rig/socket_error.h"

namespace portcullis::test {
namespace {

constexpr int kBindAttempts = 100;

// Errors caused by an answer.
constexpr std::array kRefusals = {ECONNREFUSED, ECONNRESET, EHOSTUNREACH, ENETUNREACH,
                                  ENOPROTOOPT,  EPROTO,     EACCES,       EPIPE};

// Zero linger time: closing resets the connection, and leaves no TIME_WAIT.
void reset_on_close(int fd) {
  const linger none{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
}

// An ICMP or ICMPv6 echo request; the kernel fills in the checksum and the socket's id.
//
//     | type | code | checksum | id | sequence | payload |
//        1      1        2       2       2        2
std::vector<std::uint8_t> echo_request(Family family, std::uint16_t token) {
  const auto type = family == Family::kIpv4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST;
  std::vector<std::uint8_t> bytes(10, 0);
  bytes[0] = static_cast<std::uint8_t>(type);
  bytes[8] = static_cast<std::uint8_t>(token >> 8);
  bytes[9] = static_cast<std::uint8_t>(token);
  return bytes;
}

// A socket in repair mode is connected without a handshake; out of it, it sends an acknowledgement.
void set_repair(int fd, bool on) {
  const int value = on ? 1 : 0;
  setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &value, sizeof value);
}

std::uint32_t initiate_tag(std::uint16_t source_port, std::uint16_t destination_port) {
  return static_cast<std::uint32_t>(source_port) << 16 | destination_port;
}

}  // namespace

std::uint16_t FreshPorts::next() {
  last_ = last_ == kLast ? kFirst : static_cast<std::uint16_t>(last_ + 1);
  return last_;
}

Client::Client(const Endpoint& from, const Endpoint& to, const Probe& probe, FreshPorts& ports)
    : Watched(open_socket(probe.traffic.transport, probe.family)),
      transport_(probe.traffic.transport),
      source_(from.address(probe.family)),
      family_(probe.family) {
  if (transport_ == Transport::kTcpAck) set_repair(fd(), true);
  const ServiceAddress target = probe.via.value_or(ServiceAddress{to.address(family_)});
  const std::uint16_t port = target.port != 0 ? target.port : probe.traffic.port;
  if (!is_open() || !bind_fresh(source_, ports) || !connect_to(target.address, port)) {
    conclude(Outcome::kError, std::string("cannot open a socket: ") + std::strerror(errno));
    return;
  }
  make_request(port);
  if (is_stream())
    reset_on_close(fd());
  else
    send_request();
  if (transport_ == Transport::kTcpAck) set_repair(fd(), false);
}

// The port of a ping socket is its echo id; a raw socket has none, but its packets do.
bool Client::bind_fresh(const Address& address, FreshPorts& ports) {
  for (int attempt = 0; attempt < kBindAttempts; ++attempt) {
    source_port_ = ports.next();
    const SocketAddress source(address, socket_port(source_port_));
    if (bind(fd(), source.get(), source.size()) == 0) return true;
    if (errno != EADDRINUSE) return false;
  }
  return false;
}

bool Client::connect_to(const Address& address, std::uint16_t port) {
  const SocketAddress peer(address, socket_port(port));
  return connect(fd(), peer.get(), peer.size()) == 0 || errno == EINPROGRESS;
}

std::uint16_t Client::socket_port(std::uint16_t port) const {
  const bool raw = transport_ == Transport::kSctp || transport_ == Transport::kGre;
  return raw ? std::uint16_t{0} : port;
}

void Client::make_request(std::uint16_t destination_port) {
  if (transport_ == Transport::kIcmp) {
    request_ = echo_request(family_, source_port_);
  } else if (transport_ == Transport::kSctp) {
    request_ = encode({.source_port = source_port_,
                       .destination_port = destination_port,
                       .verification_tag = 0,
                       .chunk = SctpChunk::kInit,
                       .initiate_tag = initiate_tag(source_port_, destination_port)});
  } else if (transport_ == Transport::kGre) {
    request_ = encode({.key = source_port_, .kind = GrePacket::Kind::kRequest});
  } else {
    request_ = {static_cast<std::uint8_t>(source_port_ >> 8),
                static_cast<std::uint8_t>(source_port_)};
  }
}

bool Client::is_stream() const {
  return transport_ == Transport::kTcp || transport_ == Transport::kTcpAck;
}

void Client::retransmit() {
  if (!is_over() && !is_stream()) send_request();
}

void Client::send_request() {
  if (send(fd(), request_.data(), request_.size(), MSG_NOSIGNAL) >= 0) {
    sent_ = true;
  } else if (errno != EAGAIN && errno != ENOBUFS && errno != EINTR) {
    conclude_with_errno();
  }
}

void Client::on_ready() {
  if (is_stream() && !sent_) send_request();
  while (!is_over()) {
    std::array<std::uint8_t, 2048> buffer;
    std::span<const std::uint8_t> packet;
    const ssize_t size = receive(fd(), buffer, packet, nullptr);
    if (size < 0 && (errno == EAGAIN || errno == ENOTCONN)) return;
    if (size < 0) return conclude_with_errno();
    judge(packet);
  }
}

void Client::judge(std::span<const std::uint8_t> packet) {
  switch (transport_) {
    case Transport::kTcp:
    case Transport::kTcpAck:
      if (packet.empty()) return conclude(Outcome::kRefused, "closed without an answer");
      return conclude(Outcome::kAllowed);
    case Transport::kUdp:
      if (std::ranges::equal(packet, request_)) conclude(Outcome::kAllowed);
      return;
    case Transport::kIcmp:
      if (!packet.empty() && (packet[0] == ICMP_ECHOREPLY || packet[0] == ICMP6_ECHO_REPLY))
        conclude(Outcome::kAllowed);
      return;
    case Transport::kSctp:
      return judge_sctp(packet);
    case Transport::kGre:
      return judge_gre(packet);
  }
}

// Raw sockets receive each other's packets.
void Client::judge_sctp(std::span<const std::uint8_t> packet) {
  const auto asked = decode_sctp(request_);
  const auto answer = decode_sctp(packet);
  if (!answer || answer->destination_port != asked->source_port ||
      answer->source_port != asked->destination_port ||
      answer->verification_tag != asked->initiate_tag)
    return;
  if (answer->chunk == SctpChunk::kInitAck) conclude(Outcome::kAllowed);
  if (answer->chunk == SctpChunk::kAbort) conclude(Outcome::kRefused, "aborted");
}

void Client::judge_gre(std::span<const std::uint8_t> packet) {
  const auto answer = decode_gre(packet);
  if (answer == GrePacket{source_port_, GrePacket::Kind::kAnswer}) conclude(Outcome::kAllowed);
}

void Client::conclude(Outcome outcome, std::string reason) {
  outcome_ = outcome;
  reason_ = std::move(reason);
  close_socket();
}

void Client::conclude_with_errno() {
  const int error = errno;
  if (error == ETIMEDOUT) return conclude(Outcome::kDenied);
  const bool refused = std::ranges::find(kRefusals, error) != kRefusals.end();
  const bool answered = refused && !is_own_kernels_word();
  conclude(answered ? Outcome::kRefused : Outcome::kError, std::strerror(error));
}

// No route or no neighbour: the sender itself gets an ICMP error about the latter.
bool Client::is_own_kernels_word() const {
  const auto told = take_error(fd());
  if (!told || (told->error != EHOSTUNREACH && told->error != ENETUNREACH)) return false;
  return !told->offender || told->offender == source_;
}

}  // namespace portcullis::test

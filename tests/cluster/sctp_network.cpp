#include "tests/cluster/sctp_network.h"

#include <sys/socket.h>

#include <cerrno>

namespace portcullis::test {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

socklen_t size(const Address& address) {
  return address.any.sa_family == AF_INET ? sizeof address.v4 : sizeof address.v6;
}

bool operator==(const Address& a, const Address& b) {
  if (a.any.sa_family != b.any.sa_family) return false;
  if (a.any.sa_family == AF_INET) return a.v4.sin_addr.s_addr == b.v4.sin_addr.s_addr;
  return IN6_ARE_ADDR_EQUAL(&a.v6.sin6_addr, &b.v6.sin6_addr);
}

}  // namespace

SctpNetwork::SctpNetwork()
    : raw_{{{::socket(AF_INET, SOCK_RAW, IPPROTO_SCTP), POLLIN, 0},
            {::socket(AF_INET6, SOCK_RAW, IPPROTO_SCTP), POLLIN, 0}}} {
  usrsctp_init_nothreads(0, output, nullptr);
}

struct socket* SctpNetwork::open_socket(std::uint16_t port) {
  auto* opened = usrsctp_socket(AF_CONN, SOCK_STREAM, IPPROTO_SCTP, nullptr, nullptr, 0, nullptr);
  if (opened == nullptr) return nullptr;
  usrsctp_set_non_blocking(opened, 1);
  auto any = conn_address(nullptr, port);
  if (usrsctp_bind(opened, reinterpret_cast<sockaddr*>(&any), sizeof any) != 0) return nullptr;
  ports_.insert(port);
  return opened;
}

bool SctpNetwork::connect(struct socket* client, const Address& address, std::uint16_t port) {
  auto server = conn_address(&peer(address), port);
  return usrsctp_connect(client, reinterpret_cast<sockaddr*>(&server), sizeof server) == 0 ||
         errno == EINPROGRESS;
}

void SctpNetwork::turn() {
  poll(raw_.data(), raw_.size(), 10);
  for (const auto& raw : raw_) {
    if ((raw.revents & POLLIN) != 0) receive(raw.fd);
  }
  const auto elapsed = duration_cast<milliseconds>(steady_clock::now() - timers_ran_);
  timers_ran_ += elapsed;
  usrsctp_handle_timers(static_cast<std::uint32_t>(elapsed.count()));
}

// A packet that the network refuses is lost.
int SctpNetwork::output(void* peer, void* packet, std::size_t length, std::uint8_t /*tos*/,
                        std::uint8_t /*set_df*/) {
  const auto& [raw, address] = *static_cast<Peer*>(peer);
  sendto(raw, packet, length, 0, &address.any, size(address));
  return 0;
}

sockaddr_conn SctpNetwork::conn_address(Peer* peer, std::uint16_t port) {
  sockaddr_conn address{};
  address.sconn_family = AF_CONN;
  address.sconn_port = htons(port);
  address.sconn_addr = peer;
  return address;
}

SctpNetwork::Peer& SctpNetwork::peer(const Address& address) {
  for (auto& known : peers_) {
    if (known.address == address) return known;
  }
  const int raw = raw_[address.any.sa_family == AF_INET ? 0 : 1].fd;
  auto& added = peers_.emplace_back(Peer{raw, address});
  usrsctp_register_address(&added);
  return added;
}

void SctpNetwork::receive(int raw) {
  std::array<std::uint8_t, 4096> packet{};
  Address from{};
  socklen_t from_size = sizeof from;
  const auto length = recvfrom(raw, packet.data(), packet.size(), 0, &from.any, &from_size);
  if (length <= 0) return;
  // Raw sockets of IPv4 deliver the IP header too; its length is in the low half of its first byte.
  const std::size_t start = from.any.sa_family == AF_INET ? (packet[0] & 15U) * 4 : 0;
  // RFC 9260, 3.1:  | source port | destination port | verification tag | checksum | chunks ...
  if (static_cast<std::size_t>(length) < start + 12) return;
  const int port = packet[start + 2] << 8 | packet[start + 3];
  if (!ports_.contains(static_cast<std::uint16_t>(port))) return;
  usrsctp_conninput(&peer(from), packet.data() + start, static_cast<std::size_t>(length) - start,
                    0);
}

bool send(struct socket* peer, const std::string& data) {
  return usrsctp_sendv(peer, data.data(), data.size(), nullptr, 0, nullptr, 0, 0, 0) >= 0;
}

ssize_t receive(struct socket* peer) {
  std::array<char, 1024> data{};
  socklen_t no_address = 0;
  socklen_t no_info = 0;
  unsigned info_type = 0;
  int flags = 0;
  return usrsctp_recvv(peer, data.data(), data.size(), nullptr, &no_address, nullptr, &no_info,
                       &info_type, &flags);
}

void abort_association(struct socket* peer) {
  sctp_sndinfo info{};
  info.snd_flags = SCTP_ABORT;
  usrsctp_sendv(peer, "", 0, nullptr, 0, &info, sizeof info, SCTP_SENDV_SNDINFO, 0);
}

}  // namespace portcullis::test

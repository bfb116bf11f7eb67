#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <usrsctp.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <list>
#include <set>
#include <string>

namespace portcullis::test {

// Without a port, as raw sockets want it.
union Address {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

// SCTP for a kernel without its sockets, by usrsctp (checksums included) on raw sockets, which take
// CAP_NET_RAW.
//
//     all SCTP packets of the pod --> raw sockets --> those to our ports --> usrsctp
//
// Packets to other ports belong to other processes of the pod, and usrsctp would abort their
// associations. So nothing answers on a port that no process has opened.
//
// usrsctp runs in turn() and in the calls on its sockets, which never wait. It starts no threads
// for packets and timers: those crash when associations begin and end at the same time.
//
// Failures set errno. One object a process, used by one thread.
class SctpNetwork {
 public:
  SctpNetwork();
  SctpNetwork(const SctpNetwork&) = delete;
  SctpNetwork& operator=(const SctpNetwork&) = delete;

  [[nodiscard]] bool is_open() const { return raw_[0].fd >= 0; }

  // Bound to this port of both families, or nullptr. The caller closes it with usrsctp_close().
  struct socket* open_socket(std::uint16_t port);

  // Begins an association. receive() fails with EWOULDBLOCK until the peer has answered.
  bool connect(struct socket* client, const Address& address, std::uint16_t port);

  // Waits for packets, 10 ms at most, and runs the timers.
  void turn();

 private:
  // What usrsctp calls an address is a pointer to one of these.
  struct Peer {
    int raw;
    Address address;
  };

  static int output(void* peer, void* packet, std::size_t length, std::uint8_t tos,
                    std::uint8_t set_df);
  static sockaddr_conn conn_address(Peer* peer, std::uint16_t port);
  Peer& peer(const Address& address);
  void receive(int raw);

  std::array<pollfd, 2> raw_;  // IPv4 and IPv6
  std::set<std::uint16_t> ports_;
  std::list<Peer> peers_;
  std::chrono::steady_clock::time_point timers_ran_ = std::chrono::steady_clock::now();
};

// Both fail with EWOULDBLOCK rather than wait.
bool send(struct socket* peer, const std::string& data);
ssize_t receive(struct socket* peer);  // how much there was; 0 at the end, negative on failure

// Ends the association with one packet; a shutdown would take an exchange of several.
void abort_association(struct socket* peer);

}  // namespace portcullis::test

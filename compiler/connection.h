#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "compiler/cluster_state.h"

namespace portcullis {

// A new connection, or a first packet, as the forward hook sees it: after DNAT, before SNAT.
struct Connection {
  Address source;
  Address destination;
  std::uint8_t protocol = 6;          // IANA number: 6 TCP, 17 UDP, 132 SCTP, 1 ICMP, ...
  std::optional<std::uint16_t> port;  // destination port; none for protocols without ports
};

inline constexpr std::uint8_t kIcmp = 1;
inline constexpr std::uint8_t kIcmpv6 = 58;

// "80/TCP", "ICMP" (of either family), "protocol 47": what it uses, without its ends.
std::string traffic_of(const Connection& connection);

// One end of a connection: an address, and the pod that owns it.
struct End {
  Address address;
  const Pod* pod = nullptr;  // owned by the ClusterState; null: an address of no pod
  bool contested = false;    // two pods claim it with equal right; `pod` is the first of them

  // Such a pod may talk to nobody, and is nobody's peer.
  bool quarantined() const { return pod != nullptr && (contested || pod->malformed); }
};

// Whose address it is. A node's is no pod's, though pods on the host's network have it. Linear in
// the number of pods.
End find_end(const ClusterState& cluster, const Address& address);

}  // namespace portcullis

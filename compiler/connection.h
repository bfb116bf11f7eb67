#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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

// A pod that has an address. All pointers are owned by the ClusterState.
struct Claim {
  const Pod* pod = nullptr;  // null: an address of no pod
  bool contested = false;    // two pods claim it with equal right; `pod` is the first of them

  bool operator==(const Claim&) const = default;
};

// One end of a connection: an address, and the pod that owns it.
struct End {
  Address address;
  const Pod* pod = nullptr;
  bool contested = false;
  // Pods of other nodes that claim the address too: their nodes judge it by their policies, though
  // somebody else owns it.
  std::vector<Claim> rivals{};
  // The pod whose address it was, if the node holds it closed; its key is empty if it is not known.
  const ObjectKey* former = nullptr;

  // Such a pod may talk to nobody, and is nobody's peer.
  bool quarantined() const { return pod != nullptr && (contested || pod->malformed); }
};

// The end as each node that has a pod with its address sees it: the owner's first, then those of
// its rivals. A connection is allowed if it is allowed for all of them.
std::vector<End> claims_of(const End& end);

// Why no pod explains an address in quarantine: "was the address of shop/web whose object is gone".
std::string described_former(const ClusterState& cluster, const ObjectKey& former);

// Whose address it is. A node's is no pod's, though pods on the host's network have it. Linear in
// the number of pods.
End find_end(const ClusterState& cluster, const Address& address);

}  // namespace portcullis

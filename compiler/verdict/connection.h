#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/cluster/cluster_state.h"

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

// "80/TCP", "ICMP" (of either family), "protocol 47": without its ends.
std::string traffic_of(const Connection& connection);

// A pod that has an address. All pointers are owned by the ClusterState.
struct Claim {
  const Pod* pod = nullptr;  // null: not a pod address
  bool contested = false;    // two pods have equal claims; `pod` is the first of them

  bool operator==(const Claim&) const = default;
};

// One end of a connection: an address, and the pod that owns it.
struct End {
  Address address;
  const Pod* pod = nullptr;
  bool contested = false;
  // Pods of other nodes that also claim the address: their nodes apply their policies to it, even
  // though another pod owns it.
  std::vector<Claim> rivals{};
  // The address's former pod, if the node keeps it closed; its key is empty if unknown.
  const ObjectKey* former = nullptr;

  // All traffic of such a pod is denied, and it matches no peer.
  bool quarantined() const { return pod != nullptr && (contested || pod->malformed); }
};

// The end as each node that has a pod with its address sees it: first the owner, then its rivals. A
// connection is allowed if all of these nodes allow it.
std::vector<End> claims_of(const End& end);

// Why an address is in quarantine: "was the address of shop/web whose object is gone".
std::string described_former(const ClusterState& cluster, const Address& address,
                             const ObjectKey& former);

// The owner of an address. A node's address is not a pod address, though host-network pods have it.
// Linear in the number of pods.
End find_end(const ClusterState& cluster, const Address& address);

}  // namespace portcullis

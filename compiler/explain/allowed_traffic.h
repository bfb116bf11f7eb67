#pragma once

#include <string>
#include <vector>

#include "compiler/policy/port_set.h"
#include "compiler/verdict/connection.h"
#include "compiler/verdict/evaluate.h"

namespace portcullis {

// All traffic that may go from one address to another.
struct AllowedTraffic {
  PortSet ports;        // destination ports of TCP, UDP and SCTP; canonical
  bool others = false;  // every other protocol: ICMP, and others without ports

  bool everything() const;
  bool nothing() const { return ports.empty() && !others; }
  bool operator==(const AllowedTraffic&) const = default;
};

// What one direction allows, and the rules that allow it, in the order of their policies' names. No
// rules if it allows everything or nothing for another reason.
struct DirectionTraffic {
  AllowedTraffic traffic;
  std::vector<RuleReference> rules;
};

// Both directions of one pair of addresses.
struct TrafficBetween {
  DirectionTraffic egress;   // of the source
  DirectionTraffic ingress;  // of the destination

  AllowedTraffic both() const;
};

// Everything that evaluate() allows. `source` and `destination` are of one family.
TrafficBetween traffic_between(const ClusterState& cluster, const End& source,
                               const End& destination);
AllowedTraffic allowed_traffic(const ClusterState& cluster, const End& source,
                               const End& destination);

// "all", "none", "8080/TCP", "53/TCP, 8000-8099/TCP, 53/UDP", "TCP" (each of its ports), "others"
std::string to_string(const AllowedTraffic& traffic);

}  // namespace portcullis

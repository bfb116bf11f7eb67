#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/address.h"
#include "tests/support/rig/playground.h"
#include "tests/support/rig/traffic.h"

namespace portcullis::test {

enum class Outcome : std::uint8_t {
  kAllowed,  // answered by whom it went to
  kDenied,   // silence
  kRefused,  // a reset, an SCTP abort or an ICMP error: somebody said no, which no policy does
  kError,    // could not be sent
};

const char* to_string(Outcome outcome);  // "allowed"

// Another address that leads to an endpoint: a Service's, or a node's with a NodePort.
struct ServiceAddress {
  Address address;
  std::uint16_t port = 0;  // 0: that of the traffic
};

// One new connection (or datagram, association, echo) for a prober to try.
struct Probe {
  std::string from{};  // names of endpoints
  std::string to{};
  Traffic traffic{};
  Family family = Family::kIpv4;
  Outcome expected = Outcome::kAllowed;
  std::optional<ServiceAddress> via{};  // sent there instead, and redirected to `to` on `traffic`
  // What rules see if NAT changes it before (ingress) or only after (egress) they judge.
  std::optional<Address> seen_from{};       // by ingress: the node that has masqueraded it
  std::optional<ServiceAddress> seen_to{};  // by egress: another node's node port
};

std::string to_string(const Probe& probe);  // "default/web -> default/db 5432/TCP over IPv4"

struct ProbeResult {
  Probe probe;
  Outcome seen = Outcome::kDenied;
  std::string reason;  // of a refusal or an error: "Connection refused"

  bool as_expected() const { return seen == probe.expected; }
};

// A possible probe, for predicates.
struct Flow {
  const Endpoint& from;
  const Endpoint& to;
  Traffic traffic;
  Family family;
};

// From every endpoint to every endpoint (including itself), on all that the destination listens on
// and ICMP, over both families, with the expectation of `allowed`.
std::vector<Probe> every_probe(const Playground& playground,
                               const std::function<bool(const Flow&)>& allowed);

}  // namespace portcullis::test

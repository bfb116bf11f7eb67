#pragma once

#include <cstdint>
#include <string>

#include "compiler/base/result.h"
#include "compiler/model/objects.h"
#include "daemon/netlink/conntrack/conntrack.h"
#include "tests/support/rig/playground.h"

namespace portcullis::bench {

// A client and a server in separate network namespaces, which reach each other through their
// node's. One thread plays both, so that nothing waits for the scheduler: the time is spent on the
// way through the kernel, four times the node's for a TCP connection, twice for UDP.
class PodPair {
 public:
  // kPermission and kUnsupported are reasons to skip.
  [[nodiscard]] static Result<PodPair> build(test::Wiring wiring = test::Wiring::kRouted);

  const test::Endpoint& node() const { return playground_.endpoint("node-1"); }
  const test::Endpoint& client() const { return playground_.endpoint("default/client"); }
  const test::Endpoint& server() const { return playground_.endpoint("default/server"); }

  // Connections per second to this port of the server, from 200 in sequence: TCP is opened,
  // accepted and reset, UDP is a request from a new port and its reply. Each is new to conntrack,
  // which then forgets them all, outside the measured time. The median of batches that are short
  // compared to the scheduler's slices, which mostly excludes other load of the machine. Fails if
  // one does not get through within a second.
  [[nodiscard]] Result<double> connection_rate(Protocol protocol, std::uint16_t port);

  // Requests with their replies per second in one UDP connection, which conntrack knows. Measured
  // as above.
  [[nodiscard]] Result<double> exchange_rate(std::uint16_t port) const;

  // TCP connections per second that the client tries, each with one packet to this port of the
  // server, which the node drops. Measured as above. Fails if one gets through.
  [[nodiscard]] Result<double> denied_rate(std::uint16_t port) const;

 private:
  PodPair(test::Playground playground, nl::Conntrack conntrack);

  test::Playground playground_;
  nl::Conntrack conntrack_;  // the node's
};

}  // namespace portcullis::bench

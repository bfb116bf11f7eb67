#pragma once

#include <cstdint>
#include <string>

#include "compiler/objects.h"
#include "compiler/result.h"
#include "daemon/netlink/conntrack.h"
#include "tests/support/rig/playground.h"

namespace portcullis::bench {

// A client and a server in network namespaces of their own, which reach each other through their
// node's. One thread plays both, so that nothing waits for the scheduler: what takes the time is
// the way through the kernel, four times the node's for a TCP connection, twice for UDP.
class PodPair {
 public:
  // kPermission and kUnsupported are reasons to skip.
  [[nodiscard]] static Result<PodPair> build();

  const test::Endpoint& node() const { return playground_.endpoint("node-1"); }
  const test::Endpoint& client() const { return playground_.endpoint("default/client"); }
  const test::Endpoint& server() const { return playground_.endpoint("default/server"); }

  // Connections a second to this port of the server, 200 made one after the other: of TCP opened,
  // accepted and reset, of UDP a request from a new port and its answer. Each is new to connection
  // tracking, which then forgets them all; that is not part of the time. It is the median of
  // batches that are short beside the scheduler's slices, so that what else the machine does is
  // mostly left out. Fails if one does not get through within a second.
  [[nodiscard]] Result<double> connection_rate(Protocol protocol, std::uint16_t port);

 private:
  PodPair(test::Playground playground, nl::Conntrack conntrack);

  test::Playground playground_;
  nl::Conntrack conntrack_;  // the node's
};

}  // namespace portcullis::bench

#pragma once

#include <memory>
#include <vector>

#include "compiler/base/result.h"
#include "tests/support/rig/endpoint.h"
#include "tests/support/rig/poll.h"

namespace portcullis::test {

// The sockets that answer for an endpoint on its ports, over both families: TCP and UDP echo, SCTP
// acknowledges an INIT and aborts on other ports, GRE replies. (The kernel does ICMP.) They answer
// while the poll waits.
[[nodiscard]] Result<std::vector<std::unique_ptr<Watched>>> open_servers(const Endpoint& endpoint,
                                                                         Poll& poll);

}  // namespace portcullis::test

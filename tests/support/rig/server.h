#pragma once

#include <memory>
#include <vector>

#include "compiler/result.h"
#include "tests/support/rig/endpoint.h"
#include "tests/support/rig/poll.h"

namespace portcullis::test {

// The sockets that answer for an endpoint on what it listens on, over both families: TCP and UDP
// echo, SCTP acknowledges an INIT and aborts on other ports, GRE answers. (ICMP is the kernel's.)
// They answer while the poll waits.
[[nodiscard]] Result<std::vector<std::unique_ptr<Watched>>> open_servers(const Endpoint& endpoint,
                                                                         Poll& poll);

}  // namespace portcullis::test

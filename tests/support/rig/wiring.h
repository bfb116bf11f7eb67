#pragma once

#include <string>
#include <vector>

#include "tests/support/rig/command.h"
#include "tests/support/rig/endpoint.h"
#include "tests/support/rig/topology.h"

// The wiring of endpoints, as text: input for sysctl and ip(8) in each namespace. Nodes come first,
// in order, since they create everyone's links.
namespace portcullis::test {

std::vector<Sysctl> sysctls_of(const Endpoint& endpoint, Wiring wiring);

std::vector<std::string> ip_commands_of(const Endpoint& endpoint, const std::vector<Endpoint>& all,
                                        Wiring wiring);

}  // namespace portcullis::test

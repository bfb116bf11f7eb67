#pragma once

#include <string>
#include <vector>

#include "tests/support/rig/command.h"
#include "tests/support/rig/endpoint.h"
#include "tests/support/rig/topology.h"

// How endpoints are wired, as text: what sysctl and ip(8) are to do in each namespace. Nodes come
// first, in order, since they make the links of everyone.
namespace portcullis::test {

std::vector<Sysctl> sysctls_of(const Endpoint& endpoint, Wiring wiring);

std::vector<std::string> ip_commands_of(const Endpoint& endpoint, const std::vector<Endpoint>& all,
                                        Wiring wiring);

}  // namespace portcullis::test

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/rig/service.h"

namespace portcullis::test {

using Blanks = std::vector<std::pair<std::string, std::string>>;

// The text with every "<name>" replaced by the value of that name.
std::string fill_in(std::string_view text, const Blanks& values);

// <name> <protocol> <cluster-ip> <port> <node-port> <pod> <target> <node> <pods>: as the members of
// Service and ProxyNode; <target> is the pod's address and port.
Blanks blanks_of(const Service& service, const ProxyNode& node);

// Whether rules lead from the node's port to a pod for clients outside.
bool answers_outside(const Service& service, const ProxyNode& node);

}  // namespace portcullis::test

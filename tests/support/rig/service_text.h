#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/rig/service.h"

namespace portcullis::test {

using Blanks = std::vector<std::pair<std::string, std::string>>;

// The text with every "<name>" replaced by its value.
std::string fill_in(std::string_view text, const Blanks& values);

// <name> <protocol> <cluster-ip> <port> <node-port> <pod> <target> <node> <pods>: as the members of
// Service and ProxyNode; <target> is the pod's address and port.
Blanks blanks_of(const Service& service, const ProxyNode& node);

// Whether a node drops packets to the node port from outside, since the pod is on another node.
bool drops_from_outside(const Service& service, const ProxyNode& node);

// A proxy's rules for one Service, by purpose.
struct ServiceRules {
  std::string_view cluster_ip;
  std::string_view external_cluster;  // by the node port, as the Service's external policy says
  std::string_view external_local;
  std::string_view external_here;  // local, and the pod is on the node
  std::string_view node_port;
};

// The rules that the node needs, filled in.
std::string rules_of(const Service& service, const ProxyNode& node, const ServiceRules& rules);

}  // namespace portcullis::test

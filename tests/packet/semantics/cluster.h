#pragma once

#include <string>

#include "tests/support/rig/topology.h"

namespace portcullis::test {

// The cluster for most lines of the semantics:
//
//   p         a, b, c
//   q         a, b      each pod labelled pod: <its name>, each namespace labelled ns: <its name>
//   r         a
//   internet  a host outside
//
// Everyone answers on 80/TCP, 81/TCP, 80/UDP and 80/SCTP. On two nodes, p/a is beside p/c and q/b.
Topology three_namespaces();

// A NetworkPolicy: "p/deny" and the lines of its spec, indented by two.
std::string policy(const std::string& name, const std::string& spec);

// default/web, which answers on 80/TCP and 81/TCP, and default/client, on 80/TCP, each labelled
// app: <its name>.
Topology web_and_client();

// A policy in default: these peers may reach web on these ports, YAML lists without brackets.
std::string web_allows(const std::string& name, const std::string& peers, const std::string& ports);

// Two ways to say client, among others.
inline constexpr const char* kClientByLabel = "{podSelector: {matchLabels: {app: client}}}";
inline constexpr const char* kClientByBlock =
    "{ipBlock: {cidr: 10.244.0.0/16}}, {ipBlock: {cidr: 'fd00::/16'}}";

// For every pod of `default`.
extern const std::string kDenyIngress;
extern const std::string kDenyEgress;
extern const std::string kDenyBoth;

// Only these peers, a YAML list, may reach p/a, and p/a only them.
std::string only_with(const std::string& peers);

}  // namespace portcullis::test

#pragma once

#include <string>

#include "compiler/verdict/connection.h"

// Whether a rule of a NetworkPolicy matches a connection, by SEMANTICS alone: code of the evaluator
// only, not shared with compilation.
namespace portcullis {

// Whether the namespace of a pod matches the peer's namespaceSelector, or is the policy's own.
bool namespace_matches(const ClusterState& cluster, const PodPeer& peer,
                       const std::string& policy_namespace, const Pod& pod);

// Whether any peer of the rule matches `far`, the end that the policy's subject talks to.
bool peers_match(const ClusterState& cluster, const PolicyRule& rule,
                 const std::string& policy_namespace, const End& far);

// Whether any port of the rule is the connection's. Port names are the destination's.
bool ports_match(const PolicyRule& rule, const Connection& connection, const End& destination);

// Whether the rule covers the connection's protocol at all.
bool has_protocol(const PolicyRule& rule, const Connection& connection);

// The first number that the pod gives the port's name; none if there is no such pod or name.
std::optional<std::uint16_t> resolve(const std::string& name, Protocol protocol, const End& end);

}  // namespace portcullis

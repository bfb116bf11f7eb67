#pragma once

#include <string>

#include "compiler/connection.h"

// Whether a rule of a NetworkPolicy matches a connection, by SEMANTICS alone: the evaluator's own
// code, apart from compilation's.
namespace portcullis {

// Whether the namespace of a pod matches the peer's namespaceSelector, or is the policy's own.
bool namespace_matches(const ClusterState& cluster, const PodPeer& peer,
                       const std::string& policy_namespace, const Pod& pod);

// Whether any peer of the rule is `far`, the end that the policy's subject talks to.
bool peers_match(const ClusterState& cluster, const PolicyRule& rule,
                 const std::string& policy_namespace, const End& far);

// Whether any port of the rule is the connection's. Its destination gives a port its name.
bool ports_match(const PolicyRule& rule, const Connection& connection, const End& destination);

// Whether the rule speaks of the connection's protocol at all.
bool has_protocol(const PolicyRule& rule, const Connection& connection);

// The number that the pod gives the port's name, the first one; none without a pod that does.
std::optional<std::uint16_t> resolve(const std::string& name, Protocol protocol, const End& end);

}  // namespace portcullis

#pragma once

#include <string>
#include <vector>

#include "compiler/evaluate.h"
#include "compiler/explain/allowed_traffic.h"
#include "compiler/result.h"

namespace portcullis {

// Everything that there is to say about one connection. Points into the cluster.
struct Explanation {
  Connection connection;
  End source;
  End destination;
  Evaluation evaluation;
  AllowedTraffic between;  // all that is allowed from this source to this destination
};

Explanation explain(const ClusterState& cluster, const Connection& connection);

// Of each connection that a user asks about: see parse_query() for the texts and the errors.
[[nodiscard]] Result<std::vector<Explanation>> explain(const ClusterState& cluster,
                                                       const std::string& from,
                                                       const std::string& to);

// For people. Connections that differ in their addresses alone are told as one.
std::string print_text(const ClusterState& cluster, const std::vector<Explanation>& explanations);

// The same as a JSON document:
//
//     {"allowed": false,
//      "connections": [{"family": "IPv4", "protocol": "TCP", "port": 80, "allowed": false,
//        "from": {"address": "10.0.0.1", "pod": "default/web"}, "to": {...},
//        "egress": {"allowed": true, "isolated": false, "reason": "NotIsolated", "policies": []},
//        "ingress": {..., "reason": "NoRule", "policies": ["default/api"],
//                    "nearestMiss": {"policy": "default/api", "field": "spec.ingress[0]",
//                                    "peersMatch": true, "portsMatch": false, "message": "..."}},
//        "allowedTraffic": "8080/TCP"}]}
std::string print_json(const ClusterState& cluster, const std::vector<Explanation>& explanations);

// True if every one of the connections is allowed.
bool all_allowed(const std::vector<Explanation>& explanations);

}  // namespace portcullis

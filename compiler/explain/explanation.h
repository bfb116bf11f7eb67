#pragma once

#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/explain/allowed_traffic.h"
#include "compiler/explain/query.h"
#include "compiler/verdict/evaluate.h"

namespace portcullis {

// The explanation of one connection. Points into the cluster.
struct Explanation {
  Question question;
  End source;
  End destination;
  Evaluation evaluation;   // of the question's connection
  TrafficBetween between;  // all that is allowed from this source to this destination

  const Connection& connection() const { return question.connection; }
  bool allowed() const;  // everything asked about
};

Explanation explain(const ClusterState& cluster, const Connection& connection);
Explanation explain(const ClusterState& cluster, const Question& question);

// One for each connection that a user asks about: see parse_query() for the syntax and errors.
[[nodiscard]] Result<std::vector<Explanation>> explain(const ClusterState& cluster,
                                                       const std::string& from,
                                                       const std::string& to,
                                                       Unknown unknown = Unknown::kRefused);

// For people. Connections that differ only in their addresses are shown as one.
std::string print_text(const ClusterState& cluster, const std::vector<Explanation>& explanations);

// The same as a JSON document; see json_document.h for what all documents have in common.
//
//     {"apiVersion": "portcullis/v1", "kind": "Explanation", "warnings": [], "allowed": false,
//      "connections": [{"family": "IPv4", "protocol": "TCP", "port": 80, "allowed": false,
//        "from": {"address": "10.0.0.1", "pod": "default/web"}, "to": {...},
//        "allowedTraffic": {"summary": "8080/TCP",
//                           "ports": [{"protocol": "TCP", "port": 8080, "endPort": 8080}],
//                           "otherProtocols": false},
//        "egress": {"allowed": true, "isolated": false, "reason": "NotIsolated", "policies": [],
//                   "rules": [], "allowedTraffic": {...}},
//        "ingress": {..., "reason": "NoRule", "policies": ["default/api"],
//                    "nearestMiss": {"policy": "default/api", "field": "spec.ingress[0]",
//                                    "peersMatch": true, "portsMatch": false, "message": "..."}}}]}
//
// If no port was asked about, there is no "protocol" and no "port", "allowed" means that everything
// is allowed, and a direction that allows some ports has the reason "SomePorts".
std::string print_json(const ClusterState& cluster, const std::vector<Explanation>& explanations,
                       const std::vector<std::string>& warnings = {});

// True if all asked about is allowed.
bool all_allowed(const std::vector<Explanation>& explanations);

}  // namespace portcullis

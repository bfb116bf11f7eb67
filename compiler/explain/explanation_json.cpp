#include <nlohmann/json.hpp>

#include "compiler/explain/explanation.h"
#include "compiler/explain/nearest_miss.h"

namespace portcullis {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kIndent = 2;

const char* name_of(Reason reason) {
  switch (reason) {
    case Reason::kNoPod:
      return "NoPod";
    case Reason::kItself:
      return "Itself";
    case Reason::kOwnNode:
      return "OwnNode";
    case Reason::kNotIsolated:
      return "NotIsolated";
    case Reason::kRule:
      return "Rule";
    case Reason::kNoRule:
      return "NoRule";
    case Reason::kMalformed:
      return "Malformed";
    case Reason::kContested:
      return "Contested";
    case Reason::kOverBudget:
      return "OverBudget";
  }
  return "";
}

Json to_json(const End& end) {
  Json json{{"address", to_string(end.address)}};
  if (end.pod != nullptr) json["pod"] = to_string(end.pod->key);
  return json;
}

Json to_json(const ClusterState& cluster, const Explanation& explanation, Direction direction) {
  const auto& evaluation = explanation.evaluation;
  const auto& verdict = direction == Direction::kIngress ? evaluation.ingress : evaluation.egress;
  Json policies = Json::array();
  for (const auto& key : verdict.policies) policies.push_back(to_string(key));
  Json json{{"allowed", verdict.allowed()},
            {"isolated", verdict.isolated},
            {"reason", name_of(verdict.reason)},
            {"policies", policies}};
  if (verdict.rule) {
    json["rule"] = {{"policy", to_string(verdict.rule->policy)},
                    {"field", field_of(*verdict.rule, direction)}};
  }
  if (const auto& miss = verdict.nearest_miss) {
    json["nearestMiss"] = {{"policy", to_string(miss->rule.policy)},
                           {"field", field_of(miss->rule, direction)},
                           {"peersMatch", miss->peers_match},
                           {"portsMatch", miss->ports_match},
                           {"message", describe_nearest_miss(cluster, explanation, direction)}};
  }
  return json;
}

Json to_json(const ClusterState& cluster, const Explanation& explanation) {
  const auto& connection = explanation.connection;
  Connection without_port = connection;
  without_port.port.reset();
  Json json{{"family", connection.source.family == Family::kIpv4 ? "IPv4" : "IPv6"},
            {"protocol", traffic_of(without_port)}};
  if (connection.port) json["port"] = *connection.port;
  json["allowed"] = explanation.evaluation.allowed();
  json["from"] = to_json(explanation.source);
  json["to"] = to_json(explanation.destination);
  json["egress"] = to_json(cluster, explanation, Direction::kEgress);
  json["ingress"] = to_json(cluster, explanation, Direction::kIngress);
  json["allowedTraffic"] = to_string(explanation.between);
  return json;
}

}  // namespace

std::string print_json(const ClusterState& cluster, const std::vector<Explanation>& explanations) {
  Json connections = Json::array();
  for (const auto& explanation : explanations) {
    connections.push_back(to_json(cluster, explanation));
  }
  const Json json{{"allowed", all_allowed(explanations)}, {"connections", connections}};
  return json.dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace portcullis

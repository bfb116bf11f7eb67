#include "compiler/explain/explanation.h"
#include "compiler/explain/json_document.h"
#include "compiler/explain/nearest_miss.h"

namespace portcullis {
namespace {

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
    case Reason::kQuarantined:
      return "Quarantined";
    case Reason::kOverBudget:
      return "OverBudget";
  }
  return "";
}

Json to_json(const End& end, const Pod* host) {
  Json json{{"address", to_string(end.address)}};
  if (end.pod != nullptr) json["pod"] = to_string(end.pod->key);
  if (host != nullptr) {
    json["pod"] = to_string(host->key);
    json["hostNetwork"] = true;
  }
  return json;
}

Json rules_json(const std::vector<RuleReference>& rules, Direction direction) {
  Json json = Json::array();
  for (const auto& rule : rules) {
    json.push_back({{"policy", to_string(rule.policy)}, {"field", field_of(rule, direction)}});
  }
  return json;
}

// The rules that allow what was asked about, or some of it.
std::vector<RuleReference> rules_of(const Explanation& explanation, const DirectionVerdict& verdict,
                                    const DirectionTraffic& between) {
  if (explanation.question.all_traffic) return between.rules;
  if (verdict.rule) return {*verdict.rule};
  return {};
}

Json to_json(const ClusterState& cluster, const Explanation& explanation, Direction direction) {
  const bool ingress = direction == Direction::kIngress;
  const auto& verdict = ingress ? explanation.evaluation.ingress : explanation.evaluation.egress;
  const auto& between = ingress ? explanation.between.ingress : explanation.between.egress;
  const bool all = explanation.question.all_traffic;
  const bool some = all && !between.traffic.everything() && !between.traffic.nothing();
  Json policies = Json::array();
  for (const auto& key : verdict.policies) policies.push_back(to_string(key));
  Json json{{"allowed", all ? between.traffic.everything() : verdict.allowed()},
            {"isolated", verdict.isolated},
            {"reason", some ? "SomePorts" : name_of(verdict.reason)},
            {"policies", policies},
            {"rules", rules_json(rules_of(explanation, verdict, between), direction)},
            {"allowedTraffic", to_json(between.traffic)}};
  if (const auto& miss = verdict.nearest_miss; miss && !some) {
    json["nearestMiss"] = {{"policy", to_string(miss->rule.policy)},
                           {"field", field_of(miss->rule, direction)},
                           {"peersMatch", miss->peers_match},
                           {"portsMatch", miss->ports_match},
                           {"message", describe_nearest_miss(cluster, explanation, direction)}};
  }
  return json;
}

Json to_json(const ClusterState& cluster, const Explanation& explanation) {
  const auto& question = explanation.question;
  Connection without_port = question.connection;
  without_port.port.reset();
  Json json{{"family", to_string(question.connection.source.family)}};
  if (!question.all_traffic) json["protocol"] = traffic_of(without_port);
  if (question.connection.port) json["port"] = *question.connection.port;
  json["allowed"] = explanation.allowed();
  json["from"] = to_json(explanation.source, question.source_host);
  json["to"] = to_json(explanation.destination, question.destination_host);
  json["allowedTraffic"] = to_json(explanation.between.both());
  json["egress"] = to_json(cluster, explanation, Direction::kEgress);
  json["ingress"] = to_json(cluster, explanation, Direction::kIngress);
  return json;
}

}  // namespace

std::string print_json(const ClusterState& cluster, const std::vector<Explanation>& explanations,
                       const std::vector<std::string>& warnings) {
  auto document = json_document("Explanation", warnings);
  document["allowed"] = all_allowed(explanations);
  document["connections"] = Json::array();
  for (const auto& explanation : explanations) {
    document["connections"].push_back(to_json(cluster, explanation));
  }
  return print(document);
}

}  // namespace portcullis

#include <algorithm>

#include "compiler/base/escape.h"
#include "compiler/explain/explanation.h"
#include "compiler/explain/nearest_miss.h"

namespace portcullis {
namespace {

std::string line(const std::string& text) { return escape(text) + "\n"; }

// For everything asked about.
std::string verdict_of(const Explanation& explanation, const AllowedTraffic& traffic,
                       bool allowed) {
  if (!explanation.question.all_traffic) return allowed ? "allowed" : "denied";
  if (traffic.everything()) return "allowed";
  return traffic.nothing() ? "denied" : "partly allowed";
}

std::string rules_text(const std::vector<RuleReference>& rules, Direction direction) {
  std::vector<std::string> items;
  items.reserve(rules.size());
  for (const auto& rule : rules) {
    items.push_back("policy " + to_string(rule.policy) + ", " + field_of(rule, direction));
  }
  return "by " + listed(items, "and");
}

std::string reason_text(const ClusterState& cluster, const DirectionVerdict& verdict,
                        Direction direction, const End& subject) {
  const std::string name = to_string(direction);
  switch (verdict.reason) {
    case Reason::kNoPod:
      return "no pod has this address, so no policy applies";
    case Reason::kItself:
      return "a pod cannot block itself";
    case Reason::kOwnNode:
      return "a pod and its own node cannot block each other";
    case Reason::kNotIsolated:
      return "no policy isolates it for " + name;
    case Reason::kRule:
      return "by policy " + to_string(verdict.rule->policy) + ", " +
             field_of(*verdict.rule, direction);
    case Reason::kNoRule:
      return verdict.nearest_miss ? "no rule of the policies that isolate it allows this"
                                  : "the policies that isolate it have no rule for " + name;
    case Reason::kMalformed:
      return "its object is invalid, so its traffic is denied until it is fixed" +
             (verdict.pod->origin->empty() ? "" : " (" + *verdict.pod->origin + ")");
    case Reason::kContested:
      return "other pods have an equal claim to its address, so no pod may use it";
    case Reason::kQuarantined:
      return "address is quarantined: it " +
             described_former(cluster, subject.address, *subject.former) +
             ", and an interface of this node still has it";
    case Reason::kOverBudget:
      return "the policies that isolate it cannot be enforced together: " + verdict.excess;
  }
  return "";
}

std::string policies_text(const ClusterState& cluster, const std::vector<ObjectKey>& policies) {
  std::string text;
  for (const auto& key : policies) {
    text += (text.empty() ? "" : ", ") + to_string(key);
    const auto excess = cluster.excesses().find(key);
    if (excess != cluster.excesses().end()) {
      text += " (exceeds its budget: " + excess->second + "; allows nothing)";
    } else if (cluster.policies().at(key)->malformed) {
      text += " (invalid: allows nothing)";
    }
  }
  return text;
}

// The reason, for what was asked about.
std::string reason_text(const ClusterState& cluster, const Explanation& explanation,
                        Direction direction) {
  const bool ingress = direction == Direction::kIngress;
  const auto& verdict = ingress ? explanation.evaluation.ingress : explanation.evaluation.egress;
  const auto& question = explanation.question;
  if (verdict.reason == Reason::kNoPod &&
      (ingress ? question.destination_host : question.source_host) != nullptr) {
    return "it is on the host network, where no policy applies";
  }
  const auto& between = ingress ? explanation.between.ingress : explanation.between.egress;
  if (question.all_traffic && !between.rules.empty()) {
    const auto rules = rules_text(between.rules, direction);
    if (between.traffic.everything()) return rules;
    return to_string(between.traffic) + " " + rules + "; nothing else, not even ICMP";
  }
  return reason_text(cluster, verdict, direction,
                     ingress ? explanation.destination : explanation.source);
}

std::string direction_text(const ClusterState& cluster, const Explanation& explanation,
                           Direction direction) {
  const bool ingress = direction == Direction::kIngress;
  const auto& verdict = ingress ? explanation.evaluation.ingress : explanation.evaluation.egress;
  const auto& between = ingress ? explanation.between.ingress : explanation.between.egress;
  const auto& subject = ingress ? explanation.destination : explanation.source;
  const auto& far = ingress ? explanation.source : explanation.destination;
  auto text = line(std::string("  ") + (ingress ? "ingress" : "egress") + " of " +
                   subject_of(explanation, direction) + ": " +
                   verdict_of(explanation, between.traffic, verdict.allowed()) + ": " +
                   reason_text(cluster, explanation, direction));
  if (verdict.pod != subject.pod) {
    text += line("    enforced on node " + *verdict.pod->node_name + ", whose pod " +
                 to_string(verdict.pod->key) + " claims this address too");
  }
  if (!verdict.policies.empty()) {
    text += line("    isolated by: " + policies_text(cluster, verdict.policies));
  }
  if (!verdict.allowed() && far.pod == nullptr) {
    text += line("    unless " + to_string(far.address) +
                 " is an address of its own node: these two can never block each other");
  }
  const bool some = explanation.question.all_traffic && !between.traffic.nothing();
  if (verdict.nearest_miss && !some) {
    text += line("    nearest miss: " + describe_nearest_miss(cluster, explanation, direction));
  }
  return text;
}

// The text without the addresses of pods, which differ by family.
std::string body(const ClusterState& cluster, const Explanation& explanation) {
  return direction_text(cluster, explanation, Direction::kEgress) +
         direction_text(cluster, explanation, Direction::kIngress) +
         line("  allowed from source to destination: " + to_string(explanation.between.both()));
}

std::string asked_text(const Question& question) {
  if (question.all_traffic) return "every port and ICMP";
  return traffic_of(question.connection) + (question.connection.port ? "" : " echo");
}

// Connections with equal bodies.
struct Group {
  std::vector<const Explanation*> members;
  std::string body;

  std::string head() const {
    const auto& first = *members.front();
    return line(end_text(Direction::kEgress) + " -> " + end_text(Direction::kIngress) + ", " +
                asked_text(first.question) + ": " +
                verdict_of(first, first.between.both(), first.allowed()));
  }

 private:
  // "default/web (10.0.0.1, fd00::1)"
  std::string end_text(Direction direction) const {
    std::vector<std::string> addresses;
    for (const auto* member : members) {
      const bool source = direction == Direction::kEgress;
      const auto address = to_string((source ? member->source : member->destination).address);
      if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(address);
    }
    std::string text;
    for (const auto& address : addresses) text += (text.empty() ? "" : ", ") + address;
    const auto name = subject_of(*members.front(), direction);
    return name == addresses.front() ? text : name + " (" + text + ")";
  }
};

}  // namespace

std::string print_text(const ClusterState& cluster, const std::vector<Explanation>& explanations) {
  std::vector<Group> groups;
  for (const auto& explanation : explanations) {
    auto text = body(cluster, explanation);
    const auto same = std::find_if(groups.begin(), groups.end(),
                                   [&](const Group& group) { return group.body == text; });
    if (same != groups.end()) {
      same->members.push_back(&explanation);
    } else {
      groups.push_back({{&explanation}, std::move(text)});
    }
  }
  std::string text;
  for (const auto& group : groups) text += (text.empty() ? "" : "\n") + group.head() + group.body;
  return text;
}

}  // namespace portcullis

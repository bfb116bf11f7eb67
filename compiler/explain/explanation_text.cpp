#include <algorithm>

#include "compiler/explain/explanation.h"
#include "compiler/explain/nearest_miss.h"

namespace portcullis {
namespace {

const char* verdict_of(bool allowed) { return allowed ? "allowed" : "denied"; }

std::string reason_text(const DirectionVerdict& verdict, Direction direction, const End& subject) {
  const std::string name = direction == Direction::kIngress ? "ingress" : "egress";
  switch (verdict.reason) {
    case Reason::kNoPod:
      return "it is no pod's, so no policy applies";
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
      return "its object cannot be understood, so it may talk to nobody until it is mended" +
             (subject.pod->origin->empty() ? "" : " (" + *subject.pod->origin + ")");
    case Reason::kContested:
      return "other pods claim its address with equal right, so nobody may use it";
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
      text += " (malformed: allows nothing)";
    }
  }
  return text;
}

std::string direction_text(const ClusterState& cluster, const Explanation& explanation,
                           Direction direction) {
  const bool ingress = direction == Direction::kIngress;
  const auto& verdict = ingress ? explanation.evaluation.ingress : explanation.evaluation.egress;
  const auto& subject = ingress ? explanation.destination : explanation.source;
  const auto& far = ingress ? explanation.source : explanation.destination;
  std::string text = std::string("  ") + (ingress ? "ingress" : "egress") + " of " +
                     name_of(subject) + ": " + verdict_of(verdict.allowed()) + ": " +
                     reason_text(verdict, direction, subject) + "\n";
  if (!verdict.policies.empty()) {
    text += "    isolated by: " + policies_text(cluster, verdict.policies) + "\n";
  }
  if (!verdict.allowed() && far.pod == nullptr) {
    text += "    unless " + to_string(far.address) +
            " is an address of its own node: these two can never block each other\n";
  }
  if (verdict.nearest_miss) {
    text += "    nearest miss: " + describe_nearest_miss(cluster, explanation, direction) + "\n";
  }
  return text;
}

// All that is said but for the addresses of pods, which differ by family.
std::string body(const ClusterState& cluster, const Explanation& explanation) {
  return direction_text(cluster, explanation, Direction::kEgress) +
         direction_text(cluster, explanation, Direction::kIngress) +
         "  allowed from the one to the other: " + to_string(explanation.between) + "\n";
}

// Connections with equal bodies.
struct Group {
  std::vector<const Explanation*> members;
  std::string body;

  std::string head() const {
    const auto& first = *members.front();
    const auto& connection = first.connection;
    const bool allowed = first.evaluation.allowed();
    return end_text([](const Explanation& of) { return of.source; }) + " -> " +
           end_text([](const Explanation& of) { return of.destination; }) + ", " +
           traffic_of(connection) + (connection.port ? "" : " echo (no port was given)") + ": " +
           verdict_of(allowed) + "\n";
  }

 private:
  // "default/web (10.0.0.1, fd00::1)"
  template <class Which>
  std::string end_text(Which which) const {
    std::vector<std::string> addresses;
    for (const auto* member : members) {
      const auto address = to_string(which(*member).address);
      if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) {
        addresses.push_back(address);
      }
    }
    std::string text;
    for (const auto& address : addresses) text += (text.empty() ? "" : ", ") + address;
    const End end = which(*members.front());
    return end.pod == nullptr ? text : name_of(end) + " (" + text + ")";
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

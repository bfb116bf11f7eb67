#include "compiler/verdict/evaluate.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "compiler/verdict/rule_match.h"

namespace portcullis {
namespace {

// One direction of the connection: `subject` is the pod whose policies decide, `far` its peer.
struct Side {
  const ClusterState& cluster;
  const Connection& connection;
  bool ingress;
  const End& subject;
  const End& far;

  const End& destination() const { return ingress ? subject : far; }
};

using Policies = std::vector<const NetworkPolicy*>;

Policies selecting(const Side& side) {
  Policies found;
  if (side.subject.pod == nullptr || side.subject.quarantined()) return found;
  if (side.subject.former != nullptr) return found;
  const auto& pod = *side.subject.pod;
  const auto& all = side.cluster.policies();
  for (auto at = all.lower_bound({pod.key.ns, ""}); at != all.end(); ++at) {
    const auto& policy = *at->second;
    if (policy.key.ns != pod.key.ns) break;
    const bool isolates = side.ingress ? policy.isolates_ingress : policy.isolates_egress;
    if (isolates && policy.pod_selector.matches(pod.labels)) found.push_back(&policy);
  }
  return found;
}

// Looks for the first rule that allows, in the order of the policies' names, and remembers the
// first of the nearest misses.
class Search {
 public:
  explicit Search(const Side& side) : side_(side) {}

  bool allows(const NetworkPolicy& policy) {
    if (policy.malformed) return false;  // isolates, and allows nothing
    const auto& rules = side_.ingress ? policy.ingress : policy.egress;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      const bool peers = peers_match(side_.cluster, rules[i], policy.key.ns, side_.far);
      const bool ports = ports_match(rules[i], side_.connection, side_.destination());
      rule_ = {policy.key, i};
      if (peers && ports) return true;
      keep_if_nearest({peers, ports, has_protocol(rules[i], side_.connection)});
    }
    return false;
  }

  const RuleReference& rule() const { return rule_; }  // the one that allows
  const std::optional<NearestMiss>& nearest_miss() const { return nearest_; }

 private:
  using Nearness = std::tuple<bool, bool, bool>;  // peers match, ports match, protocol matches

  void keep_if_nearest(const Nearness& nearness) {
    if (nearest_ && nearness <= nearness_) return;
    nearness_ = nearness;
    nearest_ = NearestMiss{rule_, std::get<0>(nearness), std::get<1>(nearness)};
  }

  const Side& side_;
  RuleReference rule_;
  Nearness nearness_;
  std::optional<NearestMiss> nearest_;
};

bool is_own_node(const Side& side) {
  const auto& nodes = side.subject.pod->node_addresses;
  return side.far.pod == nullptr &&
         std::find(nodes.begin(), nodes.end(), side.far.address) != nodes.end();
}

// The reason that applies before any rule is checked.
std::optional<Reason> reason_without_rules(const Side& side, const DirectionVerdict& verdict) {
  const bool enforced = side.subject.pod != nullptr || side.subject.former != nullptr;
  if (enforced && side.subject.address == side.far.address) return Reason::kItself;
  if (side.subject.former != nullptr) return Reason::kQuarantined;
  if (side.subject.pod == nullptr) return Reason::kNoPod;
  if (is_own_node(side)) return Reason::kOwnNode;
  if (side.subject.contested) return Reason::kContested;
  if (side.subject.pod->malformed) return Reason::kMalformed;
  if (!verdict.isolated) return Reason::kNotIsolated;
  return std::nullopt;
}

// Of the verdicts for all claims of the subject: the first that denies, otherwise one that only
// concerns the pod's own node, since that one says least.
DirectionVerdict strictest(const ClusterState& cluster, const Connection& connection, bool ingress,
                           const End& subject, const End& far) {
  std::optional<DirectionVerdict> strictest;
  for (const auto& claim : claims_of(subject)) {
    auto verdict = judge(cluster, connection, ingress, claim, far);
    if (!verdict.allowed()) return verdict;
    if (!strictest || verdict.reason == Reason::kOwnNode) strictest = std::move(verdict);
  }
  return *strictest;
}

}  // namespace

DirectionVerdict judge(const ClusterState& cluster, const Connection& connection, bool ingress,
                       const End& subject, const End& far) {
  const Side side{cluster, connection, ingress, subject, far};
  const auto policies = selecting(side);
  DirectionVerdict verdict;
  verdict.pod = side.subject.pod;
  verdict.isolated =
      !policies.empty() || side.subject.quarantined() || side.subject.former != nullptr;
  for (const auto* policy : policies) verdict.policies.push_back(policy->key);
  if (const auto reason = reason_without_rules(side, verdict)) {
    verdict.reason = *reason;
    return verdict;
  }
  const auto direction = side.ingress ? Direction::kIngress : Direction::kEgress;
  if (auto excess = side.cluster.profile_excess(direction, side.subject.address.family, policies,
                                                side.subject.pod->ports)) {
    verdict.reason = Reason::kOverBudget;
    verdict.excess = std::move(*excess);
    return verdict;
  }
  Search search(side);
  const bool allowed = std::any_of(policies.begin(), policies.end(),
                                   [&](const auto* policy) { return search.allows(*policy); });
  verdict.reason = allowed ? Reason::kRule : Reason::kNoRule;
  if (allowed) {
    verdict.rule = search.rule();
  } else {
    verdict.nearest_miss = search.nearest_miss();
  }
  return verdict;
}

Evaluation evaluate(const ClusterState& cluster, const Connection& connection, const End& source,
                    const End& destination) {
  return {strictest(cluster, connection, false, source, destination),
          strictest(cluster, connection, true, destination, source)};
}

Evaluation evaluate(const ClusterState& cluster, const Connection& connection) {
  return evaluate(cluster, connection, find_end(cluster, connection.source),
                  find_end(cluster, connection.destination));
}

}  // namespace portcullis

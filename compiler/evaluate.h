#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/connection.h"

// The reference evaluator: the verdict for one connection straight from the API objects, written
// to be obviously what SEMANTICS says. It shares nothing with compile() but the object types and
// selector matching, so that tests can hold one against the other.
namespace portcullis {

// Why one direction of a connection is allowed or denied; those that allow come first.
enum class Reason : std::uint8_t {
  kNoPod,        // allowed: it is no pod's direction, so nothing is enforced
  kItself,       // allowed: a pod can't block itself
  kOwnNode,      // allowed: a pod and its own node can't block each other
  kNotIsolated,  // allowed: no policy selects the pod in this direction
  kRule,         // allowed by a rule
  kNoRule,       // denied: policies select the pod, and no rule of theirs allows it
  kMalformed,    // denied: the pod's object could not be understood
  kContested,    // denied: two pods claim the address with equal right
  kQuarantined,  // denied: no pod explains the address, and the node still has it
  kOverBudget,   // denied: the policies together exceed what a pod's direction may cost
};

// A rule by its policy and its place in that policy's list for the direction.
struct RuleReference {
  ObjectKey policy;
  std::size_t index = 0;

  bool operator==(const RuleReference&) const = default;
};

// The rule that came nearest to allowing: one that differs in its ports alone (rather of the same
// protocol) before one that differs in its peers alone, before one that differs in both.
struct NearestMiss {
  RuleReference rule;
  bool peers_match = false;
  bool ports_match = false;

  bool operator==(const NearestMiss&) const = default;
};

struct DirectionVerdict {
  Reason reason = Reason::kNoPod;
  const Pod* pod = nullptr;                 // whose policies decide; null: nobody's
  bool isolated = false;                    // by a policy, or because it is quarantined
  std::vector<ObjectKey> policies;          // those that select, sorted
  std::optional<RuleReference> rule;        // kRule: the first that allows
  std::optional<NearestMiss> nearest_miss;  // kNoRule, if the policies have any rule
  std::string excess;                       // kOverBudget: of what

  bool allowed() const { return reason <= Reason::kRule; }
};

struct Evaluation {
  DirectionVerdict egress;   // of the source
  DirectionVerdict ingress;  // of the destination

  bool allowed() const { return egress.allowed() && ingress.allowed(); }
};

Evaluation evaluate(const ClusterState& cluster, const Connection& connection);

// One direction as the node of one claim of the subject sees it: see claims_of().
DirectionVerdict judge(const ClusterState& cluster, const Connection& connection, bool ingress,
                       const End& subject, const End& far);

// The same where the ends are known already: those of the connection's addresses.
Evaluation evaluate(const ClusterState& cluster, const Connection& connection, const End& source,
                    const End& destination);

}  // namespace portcullis

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/verdict/connection.h"

// The reference evaluator: the verdict for one connection straight from the API objects, written to
// match SEMANTICS obviously. It shares only the object types and selector matching with the engine,
// so that tests can compare the two.
namespace portcullis {

// Why one direction of a connection is allowed or denied; the allowing reasons come first.
enum class Reason : std::uint8_t {
  kNoPod,        // allowed: not a pod address, so nothing is enforced
  kItself,       // allowed: a pod can't block itself
  kOwnNode,      // allowed: a pod and its own node can't block each other
  kNotIsolated,  // allowed: no policy selects the pod in this direction
  kRule,         // allowed by a rule
  kNoRule,       // denied: policies select the pod, and none of their rules allows it
  kMalformed,    // denied: the pod's object is malformed
  kContested,    // denied: two pods have equal claims to the address
  kQuarantined,  // denied: the node still has the address, but no pod claims it
  kOverBudget,   // denied: the policies together exceed the budget of a pod's direction
};

// A rule, by its policy and its index in that policy's list for the direction.
struct RuleReference {
  ObjectKey policy;
  std::size_t index = 0;

  bool operator==(const RuleReference&) const = default;
};

// The rule that came nearest to allowing: first one that differs only in its ports (preferably of
// the same protocol), then one that differs only in its peers, then one that differs in both.
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

// The same if the ends, those of the connection's addresses, are already known.
Evaluation evaluate(const ClusterState& cluster, const Connection& connection, const End& source,
                    const End& destination);

}  // namespace portcullis

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/event.h"
#include "compiler/objects.h"
#include "k8s-client/document.h"

namespace portcullis::k8s {

// A problem in an object, for its author.
struct Defect {
  std::string object;   // "NetworkPolicy default/api"; "" if unknown
  std::string field;    // "spec.ingress[0].from[1].ipBlock.cidr"; "" for the whole object
  std::string message;  // what is wrong, and what to do
  int line = 0;         // in the text it was read from; 0: unknown
};

using Object = std::variant<std::shared_ptr<const Pod>, std::shared_ptr<const Namespace>,
                            std::shared_ptr<const NetworkPolicy>>;

Event to_event(const Object& object);

struct Decoded {
  std::vector<Object> objects;
  std::vector<Defect> defects;
  std::vector<Defect> not_enforced;  // policies of other engines
  // The first thing in it that may have been an object of ours and is lost: it does not say what it
  // is, or nobody can place it. Such a defect is not among `defects`.
  std::optional<Defect> lost{};
};

// How much of what we don't know is an error. Of an API server, a field that we don't know is one
// of a newer API, and tolerated; but not in a policy's spec, since what restricts the policy there
// would widen it here ("ports: [{newField: x}]" names every port). In a file an unknown field
// beside the spec is a typing error.
enum class UnknownFields : std::uint8_t { kTolerate, kReject };

// The Pods, Namespaces and NetworkPolicies (networking.k8s.io/v1) in one document: an object, a
// List, or a <Kind>List. Other kinds yield nothing; network policies of other API groups, and kinds
// of networking.k8s.io that do not exist, are named in `not_enforced`. What looks like ours,
// mistyped, is ours with a defect, and so is a policy (by its group or podSelector) without a kind.
// An object with defects is marked malformed (see compiler/objects.h) and still returned, unless it
// is a policy or namespace that nobody can place. `origin` becomes the objects' origin.
Decoded decode(const Document& document, const std::string& origin, UnknownFields unknown);

}  // namespace portcullis::k8s

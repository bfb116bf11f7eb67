#pragma once

#include <string>

#include "compiler/explain/explanation.h"
#include "compiler/profile.h"

namespace portcullis {

// Where the rule stands in its policy: "spec.ingress[0]".
std::string field_of(const RuleReference& rule, Direction direction);

// The nearest miss of one direction of the explanation, which has one: "policy default/api,
// spec.ingress[0], allows 8080/TCP from app=web in default; the connection uses 80/TCP".
std::string describe_nearest_miss(const ClusterState& cluster, const Explanation& explanation,
                                  Direction direction);

// "default/web", or the address where it is no pod's.
std::string name_of(const End& end);

}  // namespace portcullis

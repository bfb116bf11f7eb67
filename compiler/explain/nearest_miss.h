#pragma once

#include <string>
#include <vector>

#include "compiler/explain/explanation.h"
#include "compiler/policy/profile.h"

namespace portcullis {

// The place of the rule in its policy: "spec.ingress[0]".
std::string field_of(const RuleReference& rule, Direction direction);

// The nearest miss of a direction that has one: "policy default/api, spec.ingress[0], allows
// 8080/TCP from app=web in default; the connection uses 80/TCP".
std::string describe_nearest_miss(const ClusterState& cluster, const Explanation& explanation,
                                  Direction direction);

// "default/web", or the address if it is not a pod address.
std::string name_of(const End& end);

// The same for the end whose direction this is: the source for egress. A host-network pod that was
// asked about keeps its name.
std::string subject_of(const Explanation& explanation, Direction direction);

// "a, b or c"; of many, the first ones and the number of the rest.
std::string listed(const std::vector<std::string>& items, const std::string& last = "or");

}  // namespace portcullis

#pragma once

#include <string>
#include <vector>

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

// The same for the end whose direction this is: the source for egress. A pod on its node's network
// that was asked about keeps its name.
std::string subject_of(const Explanation& explanation, Direction direction);

// "a, b or c"; of many the first ones and how many more there are.
std::string listed(const std::vector<std::string>& items, const std::string& last = "or");

}  // namespace portcullis

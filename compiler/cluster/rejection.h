#pragma once

#include <compare>
#include <span>
#include <string>
#include <vector>

#include "compiler/cluster/cluster_state.h"
#include "compiler/policy/profile.h"

namespace portcullis {

// Something valid that is not enforced as written because it would cost too much. It isolates its
// pods and allows nothing.
struct Rejection {
  std::string object;  // "NetworkPolicy shop/web", or "ingress of pods under shop/web, shop/all"
  std::string origin;  // where it, or its first policy, was read; "": an API server
  std::string reason;

  std::strong_ordering operator<=>(const Rejection&) const = default;
};

// The policies of the cluster that exceed their budget, sorted.
std::vector<Rejection> rejected_policies(const ClusterState& cluster);

Rejection rejected_profile(Direction direction, std::span<const NetworkPolicy* const> policies,
                           std::string reason);

// Why a profile is rejected if a name that it needs already stands for something else.
std::string name_conflict(const std::string& name);

bool is_policy(const Rejection& rejection);  // of a single policy

}  // namespace portcullis

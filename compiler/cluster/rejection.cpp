#include "compiler/cluster/rejection.h"

#include <algorithm>
#include <utility>

#include "compiler/ruleset/ruleset.h"

namespace portcullis {
namespace {

constexpr const char* kPolicy = "NetworkPolicy ";
constexpr const char* kEffect = ": its pods are isolated, and it allows nothing";

}  // namespace

std::vector<Rejection> rejected_policies(const ClusterState& cluster) {
  std::vector<Rejection> rejected;
  for (const auto& [key, why] : cluster.excesses()) {
    rejected.push_back({kPolicy + to_string(key), cluster.policies().at(key)->origin,
                        "exceeds the budget of a policy: " + why + kEffect});
  }
  std::sort(rejected.begin(), rejected.end());
  return rejected;
}

// Many policies are truncated as in a comment.
Rejection rejected_profile(Direction direction, std::span<const NetworkPolicy* const> policies,
                           std::string reason) {
  std::string names;
  for (const auto* policy : policies) {
    if (names.size() > kMaxComment) break;
    names += (names.empty() ? "" : ", ") + to_string(policy->key);
  }
  const std::string ingress = to_string(direction);
  return {ingress + " of the pods that " + make_comment(names) + " select",
          policies.front()->origin,
          "cannot be enforced: " + std::move(reason) +
              ": these pods are allowed nothing in this direction"};
}

std::string name_conflict(const std::string& name) {
  return "the hash " + name + ", or one of a set that it needs, already names something else";
}

bool is_policy(const Rejection& rejection) { return rejection.object.starts_with(kPolicy); }

}  // namespace portcullis

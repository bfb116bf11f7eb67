#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/policy/profile_chain.h"

namespace portcullis {

// The chain for one direction of a pod's addresses of a family, with these ports, under `policies`,
// each of which selects the pod and isolates the direction. None if it allows everything. Fails as
// profile_chain() does; the size of the policies is checked before anything is built.
[[nodiscard]] Result<std::optional<ProfileChain>> compile_profile(
    Direction direction, std::span<const NetworkPolicy* const> policies,
    const std::vector<NamedPort>& ports, Family family, const Budget& budget,
    ContentHash hash = content_hash);

// Why the policy exceeds its budget, whichever pods it selects. None: it does not.
std::optional<std::string> policy_excess(const NetworkPolicy& policy, const Budget& budget);

// At most how many sets of pods it makes.
std::size_t most_sets(Direction direction, std::span<const NetworkPolicy* const> policies);

// False only if compile_profile() cannot exceed a budget. Cheap, and true for few policies.
bool may_exceed(Direction direction, std::span<const NetworkPolicy* const> policies,
                const Budget& budget);

}  // namespace portcullis

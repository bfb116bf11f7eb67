#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/profile_chain.h"

namespace portcullis {

// The chain for one direction of a pod's addresses of a family, with these ports, under `policies`,
// each of which selects it and isolates the direction. None if it allows everything. Fails as
// profile_chain() does; what the policies say is counted before anything is made of it.
[[nodiscard]] Result<std::optional<ProfileChain>> compile_profile(
    Direction direction, std::span<const NetworkPolicy* const> policies,
    const std::vector<NamedPort>& ports, Family family, const Budget& budget,
    ContentHash hash = content_hash);

// Why the policy exceeds its budget, whichever pods it selects; none: it does not.
std::optional<std::string> policy_excess(const NetworkPolicy& policy, const Budget& budget);

// How many sets of pods it may make at most.
std::size_t most_sets(Direction direction, std::span<const NetworkPolicy* const> policies);

// False only if compile_profile() cannot fail for a budget: cheap, and true of few policies.
bool may_exceed(Direction direction, std::span<const NetworkPolicy* const> policies,
                const Budget& budget);

}  // namespace portcullis

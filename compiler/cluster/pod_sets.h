#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "compiler/cluster/membership.h"
#include "compiler/policy/profile_chain.h"

namespace portcullis {

using Sets = std::map<std::string, Set, std::less<>>;

// The chain's pod sets with their elements; none if there are more than `most` together.
std::optional<Sets> pod_sets(const ProfileChain& chain, const Membership& membership,
                             std::size_t most);

}  // namespace portcullis

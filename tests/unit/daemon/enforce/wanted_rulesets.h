#pragma once

#include <string>
#include <vector>

#include "compiler/ruleset/ruleset.h"

// Desired rulesets for a reconciler.
namespace portcullis::test {

// A node with one isolated pod for each name. The policy's name is part of the chain's.
Ruleset ruleset_for(const std::vector<std::string>& pods, const std::string& policy_name = "deny");

// The same with one bridged pod, bound in the table bridge portcullis. Two versions have nothing
// but the base chain in common there.
Ruleset with_bridge(Ruleset ruleset, const std::string& version);

// A pod that 25,000 others may reach, and some networks: more than one batch prepares.
Ruleset large_ruleset();

// The kernel rejects it: a rule looks up a set that does not exist.
Ruleset refused_ruleset();

// This many pods with a profile chain each; two versions have none in common.
Ruleset ruleset_of_chains(std::size_t count, const std::string& version);

}  // namespace portcullis::test

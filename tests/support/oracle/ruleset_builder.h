#pragma once

#include <map>
#include <string>

#include "compiler/cluster/membership.h"
#include "compiler/policy/forward_chain.h"
#include "compiler/policy/profile_chain.h"
#include "compiler/ruleset/ruleset.h"

namespace portcullis::test {

// Collects profile chains and the sets that they look up, each once.
class RulesetBuilder {
 public:
  // `membership` must outlive the builder.
  explicit RulesetBuilder(const Membership& membership, const Budgets& budgets = {});

  // Adds the chain and its sets if they are missing; returns its name. Fails with kConflict if
  // another chain or set has such a name, and with kInvalidInput if its sets have too many pods; it
  // then adds nothing.
  [[nodiscard]] Result<std::string> add(const ProfileChain& profile);

  // Sends the traffic of a local pod's address through a chain; "" if the direction is open. Skips
  // addresses that no pod can have (0.0.0.0).
  void dispatch(Direction direction, const Address& address, const std::string& chain);

  // The finished ruleset, with the forward chain and the dispatch sets; elements sorted and unique.
  Ruleset build() &&;

 private:
  bool conflicts(const ProfileChain& profile) const;
  void dispatch_anonymous();

  const Membership& membership_;
  const std::size_t most_pods_;
  Ruleset ruleset_;
  std::map<std::string, PodSet> of_pods_;
  std::map<std::string, DeniedCounter> denied_;
  Dispatch dispatch_;
};

}  // namespace portcullis::test

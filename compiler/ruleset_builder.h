#pragma once

#include <string>

#include "compiler/forward_chain.h"
#include "compiler/membership.h"
#include "compiler/profile_chain.h"
#include "compiler/ruleset.h"

namespace portcullis {

// Collects profile chains, and the sets that they look up, each once.
class RulesetBuilder {
 public:
  // `membership` must outlive the builder.
  explicit RulesetBuilder(const Membership& membership);

  // Adds the chain and its sets if they are not there; its name.
  std::string add(const ProfileChain& profile);

  // Sends the traffic of a local pod's address through a chain; "" if the direction is open. What
  // is no pod's address (0.0.0.0) is passed over.
  void dispatch(Direction direction, const Address& address, const std::string& chain);

  // The finished ruleset: with the forward chain and the dispatch sets; elements sorted and unique.
  Ruleset build() &&;

 private:
  void dispatch_anonymous();

  const Membership& membership_;
  Ruleset ruleset_;
  Dispatch dispatch_;
};

}  // namespace portcullis

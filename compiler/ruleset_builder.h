#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/membership.h"
#include "compiler/profile.h"
#include "compiler/ruleset.h"

namespace portcullis {

// Turns profiles into chains, and what they refer to into sets, each once: names are hashes of
// the content, so equal content is the same object.
class RulesetBuilder {
 public:
  // `membership` must outlive the builder.
  explicit RulesetBuilder(const Membership& membership);

  // The chain that decides one direction of a pod; adds it and its sets if they are not there.
  std::string add_profile(const Profile& profile);

  // The chain that denies everything, for pods that cannot be understood.
  std::string add_quarantine(Direction direction);

  // Sends the traffic of a local pod's address through a chain.
  void dispatch(Direction direction, const Address& address, const std::string& chain);

  // The finished ruleset: with the forward chain and the dispatch sets, of the generation that
  // `policies` and the profile chains make (see forward_chain.h); elements sorted and unique.
  Ruleset build(std::string_view policies) &&;

 private:
  std::string add_chain(Direction direction, std::vector<Rule> rules, std::string_view about);
  void add_clause_rules(Direction direction, const Clause& clause, std::vector<Rule>& rules);
  void add_named_rules(const NamedClause& clause, std::vector<Rule>& rules);
  std::string add_peer_set(Family family, const std::vector<PeerSelector>& pods);
  std::string add_named_set(Family family, const NamedClause& clause);
  InSet match_addresses(Direction direction, Family family, const AddressRanges& ranges);
  InSet match_ports(const PortSet& ports);

  const Membership& membership_;
  Ruleset ruleset_;
  std::map<std::string, std::vector<Element>> dispatch_;  // by the set's name without generation
};

}  // namespace portcullis

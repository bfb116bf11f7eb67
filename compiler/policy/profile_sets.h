#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/base/content_hash.h"
#include "compiler/policy/pod_set.h"
#include "compiler/policy/profile.h"
#include "compiler/policy/profile_chain.h"

namespace portcullis {

// The sets that the chains of one profile look up for addresses of one family, each once and named
// after its content.
class ProfileSets {
 public:
  ProfileSets(Direction direction, Family family, ContentHash hash)
      : direction_(direction), family_(family), hash_(hash) {}

  // Each adds the set if it is missing; returns the match for a rule.
  InSet match_addresses(const AddressRanges& ranges);
  InSet match_ports(const PortSet& ports);
  InSet match_pods(const std::vector<PeerSelector>& pods);
  InSet match_named_ports(const std::vector<NamedClause>& clauses);

  // Of a map with chains by ports, without a name and unsorted.
  VerdictMap look_up(Set chains_by_ports);

  std::size_t size() const { return fixed_.size() + of_pods_.size(); }

  // The name that two sets of different content would share; empty: none.
  const std::string& collision() const { return collision_; }

  void take(ProfileChain& chain) &&;

 private:
  template <class T>
  void put(std::map<std::string, T>& sets, const std::string& name, T set);

  const Direction direction_;
  const Family family_;
  const ContentHash hash_;
  std::map<std::string, Set> fixed_;
  std::map<std::string, PodSet> of_pods_;
  std::string collision_;
};

// An element for each range, in any order; for a map, with the chain to go to.
void add_ports(const PortSet& ports, Set& set, const std::string& chain = {});

template <class T>
bool has_range(const std::vector<Interval<T>>& intervals) {
  return std::any_of(intervals.begin(), intervals.end(),
                     [](const auto& interval) { return interval.first != interval.last; });
}

}  // namespace portcullis

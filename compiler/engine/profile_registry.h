#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "compiler/cluster/rejection.h"
#include "compiler/engine/pod_set_index.h"
#include "compiler/policy/profile_chain.h"

namespace portcullis {

using SharedPolicies = std::vector<std::shared_ptr<const NetworkPolicy>>;  // sorted by key

// A profile's chain for local pods, those that it goes on to, and what they look up.
struct ActiveChain {
  std::string name;
  std::map<std::string, Chain> chains;  // by name, its own too
  std::string denied;                   // their counter, by name
  std::vector<std::string> fixed;
  std::vector<ActivePodSet*> of_pods;
  int uses = 0;
  bool taken = false;  // the last change of the ruleset told of it
};

// What some policies make of one direction of pods with some ports and addresses of a family.
struct ActiveProfile {
  Direction direction = Direction::kIngress;
  Family family = Family::kIpv4;
  SharedPolicies policies;       // not empty
  std::vector<NamedPort> ports;  // empty where they do not matter
  ActiveChain* chain = nullptr;  // null: the direction is open
  std::string rejected;          // why it is quarantined; empty: it is enforced
  std::size_t retry_below = 0;   // pods' addresses at which it may be enforced again; 0: never
  int uses = 0;
};

// The profiles of local pods, their chains and those chains' fixed sets, each once and as long as
// it is in use; pod sets are kept in the PodSetIndex.
//
//     group of local pods --> profile --> chain --> fixed set
//                                           '-----> pod set
class ProfileRegistry {
 public:
  // `pod_sets` must outlive it.
  explicit ProfileRegistry(PodSetIndex& pod_sets, const Budgets& budgets = {},
                           ContentHash hash = content_hash)
      : pod_sets_(pod_sets), budgets_(budgets), hash_(hash) {}
  ProfileRegistry(const ProfileRegistry&) = delete;
  ProfileRegistry& operator=(const ProfileRegistry&) = delete;

  ActiveProfile& use(Direction direction, Family family, const SharedPolicies& policies,
                     const std::vector<NamedPort>& subject_ports);
  void release(ActiveProfile& profile);

  ActiveChain& quarantine(Direction direction);
  ActiveChain& anonymous(Direction direction);  // see anonymous_chain()
  void release(ActiveChain& chain);

  // Profiles that are quarantined because they exceed their budget, or because one of their names
  // stands for something else. Sorted.
  std::vector<Rejection> rejected() const;

  // Quarantines the profiles whose pod sets outgrew the budget, and enforces those again that were
  // quarantined for that, once a tenth of all pods are gone: not sooner, so that they do not flap.
  // The profiles that have another chain now.
  std::vector<const ActiveProfile*> settle_growth();

  // Adds what has happened since the last call. What is no longer in use goes.
  void take(RulesetChange& change);

  void print(Ruleset& ruleset) const;     // adds chains and fixed sets
  void measure(RulesetSize& size) const;  // adds theirs

 private:
  using Key = std::tuple<Direction, Family, SharedPolicies, std::vector<NamedPort>>;

  // An object of the ruleset that chains share.
  template <class T>
  struct Shared {
    T object;
    int uses = 0;
    bool taken = false;  // the last change of the ruleset told of it
  };

  template <class T>
  struct Pool {
    std::map<std::string, Shared<T>> objects;
    std::unordered_set<std::string> touched;  // since the last take()

    bool has_other(const std::string& name, const T& object) const;
    void use(const std::string& name, const T& object);
    void release(const std::string& name);

    template <class Map>
    void take(Map& before, Map& after);
  };

  void enforce(ActiveProfile& active);
  void reject_for_pods(ActiveProfile& active);
  ActiveChain* chain_of(ActiveProfile& active);
  bool conflicts(const ProfileChain& profile) const;
  ActiveChain* find_or_add(const ProfileChain& profile);
  void take_chains(RulesetChange& change);

  PodSetIndex& pod_sets_;
  const Budgets budgets_;
  const ContentHash hash_;
  std::map<Key, ActiveProfile> profiles_;
  std::map<std::string, ActiveChain> chains_;
  Pool<Set> fixed_;
  Pool<DeniedCounter> counters_;
  std::unordered_set<ActiveChain*> touched_chains_;  // since the last take()
  std::size_t headroom_ = 0;  // elements that may come before any profile can outgrow its budget
};

}  // namespace portcullis

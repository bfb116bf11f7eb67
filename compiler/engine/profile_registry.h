#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "compiler/cluster/rejection.h"
#include "compiler/engine/object_registry.h"

namespace portcullis {

using SharedPolicies = std::vector<std::shared_ptr<const NetworkPolicy>>;  // sorted by key

// What some policies make of one direction of pods with some ports and addresses of a family.
struct ActiveProfile {
  Direction direction = Direction::kIngress;
  Family family = Family::kIpv4;
  SharedPolicies policies;        // not empty
  std::vector<NamedPort> ports;   // empty where they do not matter
  ActiveObject* chain = nullptr;  // null: the direction is open
  std::string rejected;           // why it is quarantined; empty: it is enforced
  std::size_t retry_below = 0;    // pods' addresses at which it may be enforced again; 0: never
  int uses = 0;
};

// The profiles of local pods, each once and as long as it is in use.
//
//     group of local pods --> profile --> chain (ObjectRegistry)
class ProfileRegistry {
 public:
  // Both must outlive it.
  ProfileRegistry(ObjectRegistry& objects, PodSetIndex& pod_sets, const Budgets& budgets = {},
                  ContentHash hash = content_hash)
      : objects_(objects), pod_sets_(pod_sets), budgets_(budgets), hash_(hash) {}
  ProfileRegistry(const ProfileRegistry&) = delete;
  ProfileRegistry& operator=(const ProfileRegistry&) = delete;

  ActiveProfile& use(Direction direction, Family family, const SharedPolicies& policies,
                     const std::vector<NamedPort>& subject_ports);
  void release(ActiveProfile& profile);

  ActiveObject& quarantine(Direction direction);  // its chain

  // Profiles that are quarantined because they exceed their budget, or because one of their names
  // stands for something else. Sorted.
  std::vector<Rejection> rejected() const;

  // Quarantines the profiles whose pod sets outgrew the budget, and enforces those again that were
  // quarantined for that, once a tenth of all pods are gone: not sooner, so that they do not flap.
  // The profiles that have another chain now.
  std::vector<const ActiveProfile*> settle_growth();

 private:
  using Key = std::tuple<Direction, Family, SharedPolicies, std::vector<NamedPort>>;

  void enforce(ActiveProfile& active);
  void reject_for_pods(ActiveProfile& active);
  ActiveObject* chain_of(ActiveProfile& active);

  ObjectRegistry& objects_;
  PodSetIndex& pod_sets_;
  const Budgets budgets_;
  const ContentHash hash_;
  std::map<Key, ActiveProfile> profiles_;
  std::size_t headroom_ = 0;  // elements that may come before any profile can outgrow its budget
};

}  // namespace portcullis

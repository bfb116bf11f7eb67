#pragma once

#include <array>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compiler/base/address.h"
#include "compiler/cluster/cluster_state.h"
#include "compiler/engine/address_book.h"
#include "compiler/engine/dispatch_table.h"
#include "compiler/engine/object_registry.h"
#include "compiler/engine/pod_set_index.h"
#include "compiler/engine/port_bindings.h"
#include "compiler/engine/profile_registry.h"

namespace portcullis {

// The ruleset of one node, kept up with the cluster: what all of its objects make, at a cost
// that depends on what an event changes, and not on the size of the cluster or of the ruleset. Not
// thread safe.
//
//     Update -> ClusterState --Change--> AddressBook ----> PodGroup ---> pod sets     (PodSetIndex)
//                                 |          |                ^
//                                 |          | of this node   | sets that chains look up
//                                 |          v                |
//                                 '----> local groups --> profiles (ProfileRegistry)
//                          policies          |                '---> chains, sets (ObjectRegistry)
//                                            '----------> dispatch (DispatchTable)
//
//     PodPorts, and addresses of this node -------------> bindings (PortBindings)
//
// An address of this node is quarantined, closed in both directions, once no pod of this node
// claims it any more. It stays so until one does, or until the node no longer has it (release()).
// It also is as long as several network namespaces of this node may be the pod that claims it.
//
//                  the last claim of a pod of this node ends
//     claimed  --------------------------------------------->  in quarantine
//       ^  ^                                                      |    |
//       |  '------------ a pod of this node claims it ------------'    | release()
//       '------- a pod of this node claims it ------  open  <----------'
//
// Invariants, after each call: every address with one owner that can be understood is in the group
// of its owner; every group is matched with every pod set in use; every group with addresses of
// this node has the profiles that the policies which select it make; no address in quarantine is
// claimed by a pod of this node, unless it is contested by interfaces; and the ruleset is what the
// same objects make from scratch.
class IncrementalCompiler {
 public:
  explicit IncrementalCompiler(std::string node_name, const Budgets& budgets = {},
                               BindingOptions binding = {});
  IncrementalCompiler(const IncrementalCompiler&) = delete;
  IncrementalCompiler& operator=(const IncrementalCompiler&) = delete;

  // All at once: what one event did and another undid has not happened. The first call's delta
  // makes the table.
  Delta apply(const Update& update, const OnChange& on_change = {});

  // The interfaces of this node that may be pods' now; not before the first apply().
  Delta set_ports(PodPorts ports);

  // Closes addresses that the node still enforces but that no pod of this node claims, since a
  // former run of the daemon knew them. Those that one claims are left alone.
  Delta quarantine(std::span<const Address> addresses);

  // The node has these addresses no longer: those that are in quarantine are opened.
  Delta release(std::span<const Address> gone);

  Ruleset ruleset() const;
  RulesetSize size() const;  // of the same; takes a millisecond where it has 100,000 elements

  // A restarted daemon's: what the kernel's rules bound before. Settled with the next change.
  void recover(BoundInterfaces interfaces) { ports_.recover(std::move(interfaces)); }

  const ClusterState& cluster() const { return cluster_; }
  std::vector<AddressConflict> conflicts() const { return addresses_.conflicts(); }
  // Whether a pod of this node claims the address.
  bool is_claimed(const Address& address) const { return addresses_.holder(address).local(); }
  const Bindings& bindings() const { return ports_.bindings(); }
  std::vector<Rejection> rejected() const;  // policies, then profiles of local pods

 private:
  // Of one group, its addresses that are of this node, and what decides for them.
  struct LocalGroup {
    std::set<Address> addresses;
    std::array<std::array<ActiveProfile*, kFamilies.size()>, kDirections.size()>
        profiles{};  // null: no policy selects it, or it has no such addresses
  };
  using Holders = std::map<Address, Holder>;

  Delta finish(const Holders& before);
  void note(const ObjectChange<Pod>& change, Holders& before);
  void note(const ObjectChange<Namespace>& change);
  void note(const ObjectChange<NetworkPolicy>& change);
  void move(const Address& address, const Holder& before, const Holder& after);
  void move_peer(const Address& address, const Holder& before, const Holder& after);
  void move_subject(const Address& address, const Holder& before, const Holder& after);
  void set_quarantine(const Address& address, const Holder& before, const Holder& after);
  void close_or_open(const Address& address, const Holder& holder);
  bool is_local(PodGroup& group) const;
  void settle_ports();
  void settle_profiles();
  void settle_profiles(PodGroup& group, LocalGroup& local, Direction direction);
  void settle_quarantine();
  void settle_growth();
  void settle_dispatch();
  SharedPolicies selecting(const PodGroup& group, Direction direction) const;
  std::optional<ChainNames> chains_of(const Address& address);

  const std::string node_name_;
  ClusterState cluster_;
  AddressBook addresses_;
  PodSetIndex pod_sets_;
  ObjectRegistry objects_;
  ProfileRegistry profiles_;
  DispatchTable dispatch_;
  PortBindings ports_;
  SelectorIndex<std::shared_ptr<const NetworkPolicy>> policies_;
  std::unordered_map<std::string, std::unordered_map<PodGroup*, LocalGroup>>
      local_;                 // by namespace
  std::set<Address> closed_;  // those in quarantine, and of pods that nothing can be enforced on
  std::array<ActiveObject*, kDirections.size()> quarantine_{};  // null: nothing is closed

  std::unordered_set<PodGroup*> unsettled_;  // local groups whose profiles may have changed
  std::unordered_set<PodGroup*> emptied_;    // groups that may have no addresses any more
  std::set<Address> redirected_;             // whose chains may have changed
};

}  // namespace portcullis

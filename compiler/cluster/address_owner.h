#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/cluster/cluster_state.h"

namespace portcullis {

// The owner of an address.
struct AddressOwner {
  std::shared_ptr<const Pod> pod;  // the first by key if several claims are equal; null: nobody
  bool contested = false;          // several have equal claims
};

// Whether policies can apply to it: not on the host network, not finished, has an address.
bool has_own_address(const Pod& pod);

// Takes one more claimant into account; call it in key order. Of two pods with the same address,
// the running one owns it, then the newest. A deletionTimestamp changes nothing: a terminating pod
// is enforced as before (SEMANTICS, 19 and 20).
void add_claim(AddressOwner& owner, const std::shared_ptr<const Pod>& pod);

// Whether its claim is equal to the owner's.
bool has_equal_claim(const AddressOwner& owner, const Pod& pod);

// Whether an address that changed from one to the other still belongs to the same pod.
bool is_same_owner(const AddressOwner& a, const AddressOwner& b);

// The owner of every address that has one. Shares the pods with the cluster it was made from.
using AddressOwners = std::map<Address, AddressOwner>;

// All owners: see endpoints().
AddressOwners address_owners(const ClusterState& cluster);

// Whose policies a node applies to an address: those of the best claimant among the node's own pods
// (`of_node`), even if a pod of another node has a better claim and is the `owner`, which peers
// match. Contested if several of them, or one of them and one of another node, have equal claims.
// Without a pod: no pod of the node claims it.
AddressOwner subject_among(const AddressOwner& owner, const AddressOwner& of_node);

// The same for every address that a pod of the node claims.
AddressOwners subjects(const ClusterState& cluster, std::string_view node_name);

// The addresses whose owner in `before` is not their owner in `after`; sorted. The kernel's state
// for such an address is not its current owner's. The uid tells a pod from a later one of the same
// name. A contested address counts as owned by none of its claimants: each may have used it, and
// none is entitled to what the others did.
std::vector<Address> lost_addresses(const AddressOwners& before, const AddressOwners& after);

// A pod to which policies can apply, with the addresses that it owns.
struct Endpoint {
  const Pod* pod = nullptr;       // owned by the ClusterState
  const Namespace* ns = nullptr;  // null: unknown (so far)
  std::vector<Address> addresses;
  bool contested = false;  // another pod has an equal claim to the addresses
};

// Every pod that has an address of its own. Where claims do not decide (see add_claim()), an
// address is contested, and each claimant has a second endpoint for such addresses: they match no
// peer, and all their traffic is denied. Sorted by key. The endpoints point into `cluster`.
std::vector<Endpoint> endpoints(const ClusterState& cluster);

// Two pods that claim one address, for the operator.
struct AddressConflict {
  Address address;
  ObjectKey owner;  // or, if contested, the first claimant
  ObjectKey other;
  bool contested = false;
  std::string owner_origin;
  std::string other_origin;

  bool operator==(const AddressConflict&) const = default;
};

// None if the pod owns the address alone.
std::optional<AddressConflict> conflict_about(const Address& address, const AddressOwner& owner,
                                              const Pod& claimant);

// By the other pod's key.
std::vector<AddressConflict> address_conflicts(const ClusterState& cluster);

// "pods default/a (a.yaml, document 1) and default/b (b.yaml, document 1) both have 10.0.0.1; ..."
std::string to_string(const AddressConflict& conflict);

}  // namespace portcullis

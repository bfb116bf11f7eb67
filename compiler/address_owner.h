#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/cluster_state.h"

namespace portcullis {

// Whose an address is.
struct AddressOwner {
  std::shared_ptr<const Pod> pod;  // of several with equal claims the first by key; null: nobody
  bool contested = false;          // there are several
};

// Whether policies can be about it: not on the host's network, not finished, with an address.
bool has_own_address(const Pod& pod);

// Takes one more claimant into account; they come in the order of their keys. Of two pods that have
// one address, it belongs to the one that is running, then to the newest. A deletionTimestamp
// changes nothing: a pod that terminates is as enforced as before (SEMANTICS, 19 and 20).
void add_claim(AddressOwner& owner, const std::shared_ptr<const Pod>& pod);

// Whether it is a claimant with as good a right as the owner's.
bool has_equal_claim(const AddressOwner& owner, const Pod& pod);

// Whether an address that changed from one to the other is still the same pod's.
bool is_same_owner(const AddressOwner& a, const AddressOwner& b);

// The owner of every address that has one. Shares the pods with the cluster it was made of.
using AddressOwners = std::map<Address, AddressOwner>;

// Who owns what: see endpoints().
AddressOwners address_owners(const ClusterState& cluster);

// By whose policies a node judges an address: by those of the best claimant among the node's own
// pods (`of_node`), even if a pod of another node has a better claim and is the `owner`, which
// peers are. Contested where several of them, or one of them and one of another node, have equal
// right. Without a pod: no pod of the node claims it.
AddressOwner subject_among(const AddressOwner& owner, const AddressOwner& of_node);

// The same for every address that a pod of the node claims.
AddressOwners subjects(const ClusterState& cluster, std::string_view node_name);

// The addresses whose owner in `before` is not their owner in `after`; sorted. What the kernel
// remembers of such an address is not of its present owner. A pod is told from a later one of its
// name by the uid. A contested address counts as owned by somebody else than any of the claimants,
// whoever they are: each of them may have used it, and none has a right to what the others did.
std::vector<Address> lost_addresses(const AddressOwners& before, const AddressOwners& after);

// A pod that policies can be about, with the addresses that are really its own.
struct Endpoint {
  const Pod* pod = nullptr;       // owned by the ClusterState
  const Namespace* ns = nullptr;  // null: not known (yet)
  std::vector<Address> addresses;
  bool contested = false;  // the addresses are claimed by another pod with equal right
};

// Every pod that has an address of its own. Where claims do not decide (see add_claim()), an
// address is contested, and each claimant has a second endpoint for such addresses: they can be no
// one's peer, and may talk to nobody. Sorted by key. The endpoints point into `cluster`.
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

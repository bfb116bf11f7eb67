#include "compiler/cluster/address_owner.h"

#include <tuple>
#include <utility>

namespace portcullis {
namespace {

// Of two pods with the same address, the one with the higher claim owns it.
auto claim_of(const Pod& pod) {
  return std::tuple(pod.phase == PodPhase::kRunning, pod.created_at);
}

bool is_same_pod(const Pod& a, const Pod& b) {
  return &a == &b || (a.key == b.key && a.uid == b.uid);
}

std::string described(const ObjectKey& key, const std::string& origin) {
  return to_string(key) + (origin.empty() ? "" : " (" + origin + ")");
}

}  // namespace

bool has_own_address(const Pod& pod) {
  return !pod.host_network && !pod.finished() && !pod.addresses.empty();
}

void add_claim(AddressOwner& owner, const std::shared_ptr<const Pod>& pod) {
  if (!owner.pod || claim_of(*owner.pod) < claim_of(*pod)) {
    owner = {pod, false};
  } else if (claim_of(*owner.pod) == claim_of(*pod)) {
    owner.contested = true;
  }
}

bool has_equal_claim(const AddressOwner& owner, const Pod& pod) {
  return claim_of(*owner.pod) == claim_of(pod);
}

bool is_same_owner(const AddressOwner& a, const AddressOwner& b) {
  if (!a.pod || !b.pod) return a.pod == b.pod;
  return a.contested == b.contested && (a.contested || is_same_pod(*a.pod, *b.pod));
}

AddressOwners address_owners(const ClusterState& cluster) {
  AddressOwners owners;
  for (const auto& [key, pod] : cluster.pods()) {
    if (!has_own_address(*pod)) continue;
    for (const auto& address : pod->addresses) add_claim(owners[address], pod);
  }
  return owners;
}

AddressOwner subject_among(const AddressOwner& owner, const AddressOwner& of_node) {
  const bool rivals = of_node.pod && owner.contested && has_equal_claim(owner, *of_node.pod);
  return {of_node.pod, of_node.contested || rivals};
}

AddressOwners subjects(const ClusterState& cluster, std::string_view node_name) {
  AddressOwners subjects;
  for (const auto& [key, pod] : cluster.pods()) {
    if (!has_own_address(*pod) || !pod->is_local_to(node_name)) continue;
    for (const auto& address : pod->addresses) add_claim(subjects[address], pod);
  }
  const auto owners = address_owners(cluster);
  for (auto& [address, subject] : subjects) subject = subject_among(owners.at(address), subject);
  return subjects;
}

std::vector<Address> lost_addresses(const AddressOwners& before, const AddressOwners& after) {
  std::vector<Address> lost;
  for (const auto& [address, owner] : before) {
    const auto now = after.find(address);
    if (now == after.end() || !is_same_owner(owner, now->second)) lost.push_back(address);
  }
  return lost;
}

std::vector<Endpoint> endpoints(const ClusterState& cluster) {
  const auto owners_by_address = address_owners(cluster);
  std::vector<Endpoint> found;
  for (const auto& [key, pod] : cluster.pods()) {
    if (!has_own_address(*pod)) continue;
    const auto ns = cluster.namespaces().find(key.ns);
    const auto* ns_object = ns == cluster.namespaces().end() ? nullptr : ns->second.get();
    Endpoint own{pod.get(), ns_object, {}, false};
    Endpoint contested{pod.get(), ns_object, {}, true};
    for (const auto& address : pod->addresses) {
      const auto& owner = owners_by_address.at(address);
      if (owner.contested && has_equal_claim(owner, *pod)) {
        contested.addresses.push_back(address);
      } else if (owner.pod == pod) {
        own.addresses.push_back(address);
      }
    }
    if (!own.addresses.empty()) found.push_back(std::move(own));
    if (!contested.addresses.empty()) found.push_back(std::move(contested));
  }
  return found;
}

std::optional<AddressConflict> conflict_about(const Address& address, const AddressOwner& owner,
                                              const Pod& claimant) {
  if (owner.pod.get() == &claimant) return std::nullopt;
  return AddressConflict{address,         owner.pod->key,    claimant.key,
                         owner.contested, owner.pod->origin, claimant.origin};
}

std::vector<AddressConflict> address_conflicts(const ClusterState& cluster) {
  const auto owners_by_address = address_owners(cluster);
  std::vector<AddressConflict> conflicts;
  for (const auto& [key, pod] : cluster.pods()) {
    if (!has_own_address(*pod)) continue;
    for (const auto& address : pod->addresses) {
      auto conflict = conflict_about(address, owners_by_address.at(address), *pod);
      if (conflict) conflicts.push_back(std::move(*conflict));
    }
  }
  return conflicts;
}

std::string to_string(const AddressConflict& conflict) {
  const auto owner = described(conflict.owner, conflict.owner_origin);
  const auto outcome = conflict.contested
                           ? "its owner is unknown, so all traffic of this address is denied"
                           : "it is treated as that of " + to_string(conflict.owner);
  return "pods " + owner + " and " + described(conflict.other, conflict.other_origin) +
         " both have the address " + to_string(conflict.address) + ": " + outcome +
         "; give one of them another address, or delete it";
}

}  // namespace portcullis

#include "compiler/address_owner.h"

#include <map>
#include <tuple>

namespace portcullis {
namespace {

bool has_own_address(const Pod& pod) {
  return !pod.host_network && !pod.finished() && !pod.addresses.empty();
}

// Of two pods that have one address, the one with the higher claim owns it.
auto claim_of(const Pod& pod) {
  return std::tuple(!pod.terminating, pod.phase == PodPhase::kRunning, pod.created_at);
}

struct Owner {
  const Pod* pod;  // of several with equal claims the first by key
  bool contested;
};

using Owners = std::map<Address, Owner>;

Owners owners(const ClusterState& cluster) {
  Owners owners;
  for (const auto& [key, pod] : cluster.pods()) {
    if (!has_own_address(*pod)) continue;
    for (const auto& address : pod->addresses) {
      const auto [place, first] = owners.try_emplace(address, Owner{pod.get(), false});
      auto& owner = place->second;
      if (first || claim_of(*pod) < claim_of(*owner.pod)) continue;
      if (claim_of(*pod) == claim_of(*owner.pod)) {
        owner.contested = true;
      } else {
        owner = {pod.get(), false};
      }
    }
  }
  return owners;
}

std::string described(const ObjectKey& key, const std::string& origin) {
  return to_string(key) + (origin.empty() ? "" : " (" + origin + ")");
}

}  // namespace

std::vector<Endpoint> endpoints(const ClusterState& cluster) {
  const auto owners_by_address = owners(cluster);
  std::vector<Endpoint> found;
  for (const auto& [key, pod] : cluster.pods()) {
    if (!has_own_address(*pod)) continue;
    const auto ns = cluster.namespaces().find(key.ns);
    const auto* ns_object = ns == cluster.namespaces().end() ? nullptr : ns->second.get();
    Endpoint own{pod.get(), ns_object, {}, false};
    Endpoint contested{pod.get(), ns_object, {}, true};
    for (const auto& address : pod->addresses) {
      const auto& owner = owners_by_address.at(address);
      if (owner.contested && claim_of(*owner.pod) == claim_of(*pod)) {
        contested.addresses.push_back(address);
      } else if (owner.pod == pod.get()) {
        own.addresses.push_back(address);
      }
    }
    if (!own.addresses.empty()) found.push_back(std::move(own));
    if (!contested.addresses.empty()) found.push_back(std::move(contested));
  }
  return found;
}

std::vector<AddressConflict> address_conflicts(const ClusterState& cluster) {
  const auto owners_by_address = owners(cluster);
  std::vector<AddressConflict> conflicts;
  for (const auto& [key, pod] : cluster.pods()) {
    if (!has_own_address(*pod)) continue;
    for (const auto& address : pod->addresses) {
      const auto& owner = owners_by_address.at(address);
      if (owner.pod == pod.get()) continue;
      conflicts.push_back(
          {address, owner.pod->key, key, owner.contested, owner.pod->origin, pod->origin});
    }
  }
  return conflicts;
}

std::string to_string(const AddressConflict& conflict) {
  const auto owner = described(conflict.owner, conflict.owner_origin);
  const auto outcome = conflict.contested
                           ? "nothing tells whose it is, so all traffic of this address is denied"
                           : "it is taken to be that of " + to_string(conflict.owner);
  return "pods " + owner + " and " + described(conflict.other, conflict.other_origin) +
         " both have the address " + to_string(conflict.address) + ": " + outcome +
         "; give one of them another address, or delete it";
}

}  // namespace portcullis

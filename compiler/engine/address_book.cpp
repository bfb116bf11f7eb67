#include "compiler/engine/address_book.h"

#include <algorithm>
#include <span>
#include <tuple>

namespace portcullis {
namespace {

AddressOwner owner_among(std::span<const std::shared_ptr<const Pod>> claimants) {
  AddressOwner owner;
  for (const auto& pod : claimants) add_claim(owner, pod);
  return owner;
}

}  // namespace

void AddressBook::apply(const ObjectChange<Pod>& change) {
  if (change.before && has_own_address(*change.before)) remove(*change.before);
  if (change.after && has_own_address(*change.after)) add(change.after);
}

Holder AddressBook::holder(const Address& address) const {
  const auto found = claimants_.find(address);
  if (found == claimants_.end()) return {};
  const auto& claimants = found->second;
  Holder holder{owner_among({claimants.data(), claimants.size()}), {}};
  AddressOwner of_node;
  for (const auto& pod : claimants) {
    if (pod->is_local_to(node_name_)) add_claim(of_node, pod);
  }
  holder.subject = subject_among(holder, of_node);
  return holder;
}

std::vector<AddressConflict> AddressBook::conflicts() const {
  std::vector<AddressConflict> conflicts;
  for (const auto& address : shared_) {
    const auto& claimants = claimants_.at(address);
    const auto owner = owner_among({claimants.data(), claimants.size()});
    for (const auto& pod : claimants) {
      auto conflict = conflict_about(address, owner, *pod);
      if (conflict) conflicts.push_back(std::move(*conflict));
    }
  }
  std::sort(conflicts.begin(), conflicts.end(), [](const auto& a, const auto& b) {
    return std::tie(a.other, a.address) < std::tie(b.other, b.address);
  });
  return conflicts;
}

void AddressBook::remove(const Pod& pod) {
  for (const auto& address : pod.addresses) {
    const auto place = claimants_.find(address);
    auto& claimants = place->second;
    const auto is_it = [&](const auto& claimant) { return claimant->key == pod.key; };
    claimants.erase(std::find_if(claimants.begin(), claimants.end(), is_it));
    if (claimants.size() < 2) shared_.erase(address);
    if (claimants.empty()) claimants_.erase(place);
  }
}

void AddressBook::add(const std::shared_ptr<const Pod>& pod) {
  for (const auto& address : pod->addresses) {
    auto& claimants = claimants_[address];
    const auto is_after = [&](const auto& claimant) { return pod->key < claimant->key; };
    claimants.insert(std::find_if(claimants.begin(), claimants.end(), is_after), pod);
    if (claimants.size() > 1) shared_.insert(address);
  }
}

}  // namespace portcullis

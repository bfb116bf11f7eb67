#pragma once

#include <boost/container/small_vector.hpp>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/cluster/address_owner.h"

namespace portcullis {

// Whose an address is at the moment, and by which pod of this node it is judged here; none if no
// pod of this node claims it. See subject_among().
struct Holder : AddressOwner {
  AddressOwner subject;

  bool local() const { return subject.pod != nullptr; }
};

// Who claims which address; what address_owners() and subjects() compute, kept up pod by pod.
class AddressBook {
 public:
  explicit AddressBook(std::string node_name) : node_name_(std::move(node_name)) {}

  void apply(const ObjectChange<Pod>& change);

  Holder holder(const Address& address) const;
  std::vector<AddressConflict> conflicts() const;  // as address_conflicts()

 private:
  using Claimants = boost::container::small_vector<std::shared_ptr<const Pod>, 1>;  // by their keys

  void remove(const Pod& pod);
  void add(const std::shared_ptr<const Pod>& pod);

  const std::string node_name_;
  std::unordered_map<Address, Claimants, AddressHash> claimants_;
  std::set<Address> shared_;  // those that have several
};

}  // namespace portcullis

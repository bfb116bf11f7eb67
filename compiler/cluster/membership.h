#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/cluster/address_owner.h"
#include "compiler/policy/profile.h"

namespace portcullis {

// An address that a peer may have.
struct Member {
  Address address;
  const Pod* pod;  // its owner
};

// The endpoints that may be peers, indexed by namespace and label set, so that a selector is
// evaluated once for each of those instead of for each pod. Points into its input.
class Membership {
 public:
  explicit Membership(const std::vector<Endpoint>& endpoints);

  // The addresses of the pods that any of the selectors matches; sorted, each once.
  std::vector<Member> members(const std::vector<PeerSelector>& selectors) const;

  // The pod addresses among `peers`: of selected pods, covered by a range, or all.
  std::vector<Member> members(const Peers& peers) const;

 private:
  struct NamespaceMembers {
    const Namespace* object;
    std::map<Labels, std::vector<const Endpoint*>> by_labels;
  };

  void add(const PeerSelector& selector, std::vector<Member>& found) const;

  std::map<std::string, NamespaceMembers> namespaces_;
};

}  // namespace portcullis

#pragma once

#include <vector>

#include "compiler/cluster/cluster_state.h"
#include "compiler/matrix/party.h"

namespace portcullis {

// Groups the pods of a workload that no policy can tell apart, so that a matrix need not judge each
// of them. The cluster must outlive it, unchanged.
class Likeness {
 public:
  explicit Likeness(const ClusterState& cluster);

  // One pod of each kind, and a second one if there is one: it takes two to tell what pods of one
  // kind may do among themselves.
  std::vector<const Party::Member*> representatives(const Party& party) const;

 private:
  std::vector<Cidr> blocks_;  // that any policy names
};

}  // namespace portcullis

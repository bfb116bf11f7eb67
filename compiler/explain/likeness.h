#pragma once

#include <vector>

#include "compiler/cluster_state.h"
#include "compiler/explain/party.h"

namespace portcullis {

// Which pods of a workload no policy can tell apart, so that a matrix need not judge each of them.
// The cluster must outlive it, unchanged.
class Likeness {
 public:
  explicit Likeness(const ClusterState& cluster);

  // One member of each kind, and a second one where there is one: what the pods of one kind may do
  // among themselves takes two.
  std::vector<const Party::Member*> representatives(const Party& party) const;

 private:
  std::vector<Cidr> blocks_;  // that any policy names
};

}  // namespace portcullis

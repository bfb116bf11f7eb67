#pragma once

#include <set>
#include <string>
#include <vector>

#include "compiler/cluster_state.h"
#include "daemon/quarantine_check.h"

namespace portcullis {

// Tells when an address comes into quarantine, and when it leaves it: one line each. What the node
// turns out to have no longer, as after every pod that was deleted in good order, is not told of.
// Not thread safe.
class QuarantineLog {
 public:
  // Lines about addresses that left quarantine. `cluster` as it is now.
  std::vector<std::string> update(const ClusterState& cluster);

  // Lines about addresses that the node still has, and about looks that fail.
  std::vector<std::string> report(const QuarantineLook& look, const ClusterState& cluster);

 private:
  std::set<Address> told_;
  std::string error_;  // of the last look; empty: it succeeded
};

}  // namespace portcullis

#pragma once

#include <set>
#include <string>
#include <vector>

#include "compiler/cluster/cluster_state.h"
#include "daemon/enforce/quarantine_check.h"

namespace portcullis {

// One line when an address enters quarantine, and one when it leaves. Addresses that the node turns
// out not to have, as after every orderly deletion of a pod, are not logged. Not thread safe.
class QuarantineLog {
 public:
  // Lines about addresses that left quarantine. `cluster`: the current state.
  std::vector<std::string> update(const ClusterState& cluster);

  // Lines about addresses that the node still has, and about failed checks.
  std::vector<std::string> report(const QuarantineLook& look, const ClusterState& cluster);

 private:
  std::set<Address> told_;
  std::string error_;  // of the last check; empty: it succeeded
};

}  // namespace portcullis

#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/cluster/cluster_state.h"

namespace portcullis {

// The network policies that were added, changed and removed, for the log. Collects over several
// steps, until the kernel has them. Not thread safe.
class PolicyNews {
 public:
  void note(const Change& change);

  // A line for each policy that differs from the last call, with the cluster's current state, then
  // forgets them; of many, the first ones and the number of the rest:
  //
  //     policy shop/web changed (web.yaml, document 1): isolates 3 pods on this node for ingress
  //
  // `source` is used if a policy does not say where it comes from.
  std::vector<std::string> take(const ClusterState& cluster, const std::string& node_name,
                                const std::string& source);

 private:
  std::map<ObjectKey, std::shared_ptr<const NetworkPolicy>> before_;  // null: it did not exist
};

}  // namespace portcullis

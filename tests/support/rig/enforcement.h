#pragma once

#include <string>
#include <vector>

#include "compiler/cluster_state.h"
#include "compiler/result.h"
#include "daemon/netlink/kernel.h"
#include "tests/support/rig/playground.h"

namespace portcullis::test {

// The daemon's main job in this process, on every node of a playground:
//
//     manifests -> Event -> ClusterState -> compile -> Ruleset -> diff -> Transaction -> Kernel
//
// The playground must outlive it. The rules stay when it goes, as a daemon's do.
class Enforcement {
 public:
  [[nodiscard]] static Result<Enforcement> start(const Playground& playground);

  // Every node comes to enforce exactly these manifests (YAML texts): what the kernel holds is
  // dumped, and the difference is committed. Returns the manifests' problems as the daemon would
  // log them; what they are about fails closed.
  [[nodiscard]] Result<std::vector<std::string>> apply(const std::vector<std::string>& manifests);

  // What is enforced: the objects of the last apply().
  const ClusterState& cluster() const { return cluster_; }

 private:
  struct Node {
    std::string name;
    nl::Kernel kernel;
  };

  Enforcement() = default;

  std::vector<Node> nodes_;
  ClusterState cluster_;
};

}  // namespace portcullis::test

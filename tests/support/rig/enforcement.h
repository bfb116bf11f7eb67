#pragma once

#include <string>
#include <vector>

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

  // Every node comes to enforce exactly these manifests (YAML texts) on the playground's own pods
  // and namespaces: what the kernel holds is dumped, and the difference is committed. Returns the
  // manifests' problems as the daemon would log them; what they are about fails closed.
  [[nodiscard]] Result<std::vector<std::string>> apply(const std::vector<std::string>& manifests);

 private:
  struct Node {
    std::string name;
    nl::Kernel kernel;
  };

  explicit Enforcement(const Playground& playground) : playground_(&playground) {}

  const Playground* playground_;
  std::vector<Node> nodes_;
};

}  // namespace portcullis::test

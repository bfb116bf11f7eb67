#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/cluster/assets.h"
#include "tests/cluster/fabric.h"
#include "tests/support/kube/kube_server.h"
#include "tests/support/process/child_process.h"

namespace portcullis::test {

struct ClusterSetup {
  std::string cni = "ptp";         // or "bridge", or "vxlan" or "hostgw", Flannel's backends
  std::string proxy = "nftables";  // the mode of kube-proxy
  std::string family = "ipv4";     // or "ipv6": that of the first address of everything
  // Further names of images, as "localhost/portcullis:0.1.0=example.com/portcullis:0.1.0".
  std::vector<std::string> aliases;
};

// As CLUSTER_CNI, CLUSTER_PROXY and CLUSTER_FAMILY say, with the image of manifests/base.
ClusterSetup cluster_setup();

// A whole dual-stack Kubernetes cluster of two nodes, which run pods:
//
//     world --+-- node-1: API server, controllers, and what node.sh starts on each
//             '-- node-2
//
// Nothing of it is left once this is destroyed, or its process has ended. Not thread safe.
class RealCluster {
 public:
  // All errors are reasons to skip a test. Does not wait.
  [[nodiscard]] static Result<std::unique_ptr<RealCluster>> start(const ClusterSetup& setup);
  ~RealCluster();

  bool becomes_ready();

  // Applies manifests/base, as the README says, and waits until the daemons are ready. kIo.
  [[nodiscard]] Result<void> install() const;

  // Whether `kubectl rollout status` succeeds before a deadline. The kubelet may take a minute to
  // terminate a pod, and longer on a busy machine.
  bool becomes_rolled_out(const std::string& ns, const std::string& what) const;

  // As admin.
  Finished kubectl(const std::vector<std::string>& arguments, const std::string& input = "") const {
    return server_.kubectl(arguments, input);
  }

  // A command of kubectl that keeps running.
  ChildProcess start_kubectl(const std::vector<std::string>& arguments) const;

  // A shell command line beside the API server, as an admin with kubectl and the other programs.
  Finished shell(const std::string& line) const;

  // The same, of one that runs for longer. What it has started ends with it.
  ChildProcess start_shell(const std::string& line) const;

  // A program on a node's network, and one on the world's.
  Finished on_node(int node, const std::vector<std::string>& arguments,
                   const std::string& input = "") const;
  Finished in_world(const std::vector<std::string>& arguments, const std::string& input = "") const;

  std::string logs() const;  // the last lines of each program's

 private:
  ChildSetup setup_of_shell(const std::string& line) const;
  RealCluster(ClusterAssets assets, Fabric fabric, const ClusterSetup& setup);
  ChildProcess start_node(int number, const ClusterSetup& setup) const;

  ClusterAssets assets_;
  Fabric fabric_;
  KubeServer server_;
  std::vector<ChildProcess> web_;  // what the world offers: ports 443 and 8080
  std::vector<ChildProcess> nodes_;
};

}  // namespace portcullis::test

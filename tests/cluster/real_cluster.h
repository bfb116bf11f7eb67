#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/cluster/assets.h"
#include "tests/support/kube/kube_server.h"
#include "tests/support/netns/network_namespace.h"
#include "tests/support/process/child_process.h"

namespace portcullis::test {

struct ClusterSetup {
  std::string cni = "ptp";         // or "bridge"
  std::string proxy = "nftables";  // the mode of kube-proxy
  // Further names of images, as "localhost/portcullis:0.1.0=example.com/portcullis:0.1.0".
  std::vector<std::string> aliases;
};

// As CLUSTER_CNI and CLUSTER_PROXY say, with the image of manifests/base.
ClusterSetup cluster_setup();

// A whole Kubernetes cluster of one node, which runs pods:
//
//     world (203.0.113.1) ---- node-1 (10.10.0.2): API server, and what node.sh starts
//                                |
//                              pods (10.244.1.0/24), on a CNI plugin
//
// Nothing of it is left once this is destroyed, or its process has ended. Not thread safe.
class RealCluster {
 public:
  static constexpr const char* kNode = "node-1";
  static constexpr const char* kNodeAddress = "10.10.0.2";
  static constexpr const char* kWorldAddress = "203.0.113.1";

  // All errors are reasons to skip a test. Does not wait.
  [[nodiscard]] static Result<std::unique_ptr<RealCluster>> start(const ClusterSetup& setup);
  ~RealCluster();

  bool node_becomes_ready();

  // Applies manifests/base, as the README says, and waits until the daemon is ready. kIo.
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

  // A program on the node's network, and one on the world's (busybox is in its PATH).
  Finished on_node(const std::vector<std::string>& arguments) const;
  Finished in_world(const std::vector<std::string>& arguments) const;

  std::string logs() const;  // the last lines of each program's

 private:
  RealCluster(ClusterAssets assets, NetworkNamespace node, NetworkNamespace world,
              const ClusterSetup& setup);

  ClusterAssets assets_;
  NetworkNamespace network_;
  NetworkNamespace world_;
  KubeServer server_;
  std::vector<ChildProcess> web_;  // what the world offers: ports 443 and 8080
  std::optional<ChildProcess> node_;
};

}  // namespace portcullis::test

#pragma once

#include <string>

#include "compiler/base/result.h"
#include "tests/support/kube/assets.h"

namespace portcullis::test {

// The parts of a whole cluster.
struct ClusterAssets {
  KubeAssets kube;
  std::string kubernetes;  // the folder of kubelet, kube-proxy and the controllers
  std::string runtime;     // the folder with containerd and runc in bin/, and CNI plugins in cni/
  std::string images;      // archives of the daemon's image and of the pods', separated by blanks
};

// As named by KUBEBUILDER_ASSETS, CLUSTER_ASSETS and IMAGES. kNotFound is a reason to skip a test:
// `make cluster-e2e` prepares them all.
[[nodiscard]] Result<ClusterAssets> find_cluster_assets();

}  // namespace portcullis::test

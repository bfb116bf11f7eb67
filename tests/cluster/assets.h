#pragma once

#include <string>

#include "compiler/base/result.h"
#include "tests/support/kube/assets.h"

namespace portcullis::test {

// The parts of a whole cluster.
struct ClusterAssets {
  KubeAssets kube;
  std::string
      programs;        // the folder of kubelet, containerd and the others; CNI plugins in its cni/
  std::string images;  // archives of the daemon's image and of the pods', separated by blanks
};

// As named by KUBEBUILDER_ASSETS and IMAGES. kNotFound is a reason to skip a test:
// `make cluster-e2e` prepares them all.
[[nodiscard]] Result<ClusterAssets> find_cluster_assets();

}  // namespace portcullis::test

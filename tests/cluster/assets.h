#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "compiler/base/result.h"
#include "tests/support/kube/assets.h"

namespace portcullis::test {

// The parts of a whole cluster.
struct ClusterAssets {
  KubeAssets kube;
  std::string programs;  // a folder with kubelet, containerd and the others; CNI plugins in cni/
  std::string images;    // archives of the daemon's image and of the pods', separated by blanks
};

// As named by KUBEBUILDER_ASSETS and IMAGES. kNotFound is a reason to skip a test: `make
// cluster-e2e` and `make conformance` prepare them.
[[nodiscard]] Result<ClusterAssets> find_cluster_assets();

}  // namespace portcullis::test

// Ends a test, or its SetUp(), that has no cluster. If everything was prepared for one, a skipped
// test would look like one that passed.
#define SKIP_WITHOUT_CLUSTER(why)                          \
  do {                                                     \
    if (std::getenv("IMAGES") != nullptr) FAIL() << (why); \
    GTEST_SKIP() << (why);                                 \
  } while (false)

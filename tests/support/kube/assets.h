#pragma once

#include <string>

#include "compiler/base/result.h"

namespace portcullis::test {

// Paths of the programs of a Kubernetes API server.
struct KubeAssets {
  std::string etcd;
  std::string kube_apiserver;
  std::string kubectl;
};

// From the folder in the environment variable KUBEBUILDER_ASSETS, as with envtest; kubectl
// alternatively from PATH. kNotFound is a reason to skip a test: `make e2e` prepares such a folder.
[[nodiscard]] Result<KubeAssets> find_kube_assets();

}  // namespace portcullis::test

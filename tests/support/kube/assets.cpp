#include "tests/support/kube/assets.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace portcullis::test {

Result<KubeAssets> find_kube_assets() {
  const char* variable = std::getenv("KUBEBUILDER_ASSETS");
  if (variable == nullptr || *variable == '\0') {
    return failure(ErrorCode::kNotFound,
                   "KUBEBUILDER_ASSETS does not name a folder with etcd and kube-apiserver: "
                   "`make e2e` prepares one");
  }
  const std::filesystem::path folder = variable;
  for (const char* program : {"etcd", "kube-apiserver"}) {
    if (access((folder / program).c_str(), X_OK) == 0) continue;
    return failure(ErrorCode::kNotFound,
                   "there is no " + std::string(program) + " in KUBEBUILDER_ASSETS, " + variable);
  }
  const std::string kubectl = folder / "kubectl";
  return KubeAssets{folder / "etcd", folder / "kube-apiserver",
                    access(kubectl.c_str(), X_OK) == 0 ? kubectl : "kubectl"};
}

}  // namespace portcullis::test

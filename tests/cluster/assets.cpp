#include "tests/cluster/assets.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace portcullis::test {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

Result<ClusterAssets> find_cluster_assets() {
  auto kube = find_kube_assets();
  if (!kube) return tl::make_unexpected(kube.error());
  const ClusterAssets assets{*kube, environment("KUBEBUILDER_ASSETS"), environment("IMAGES")};
  for (const char* name : {"/kubelet", "/containerd", "/flanneld", "/cni/bridge"}) {
    const auto program = assets.programs + name;
    if (access(program.c_str(), X_OK) == 0) continue;
    return failure(ErrorCode::kNotFound,
                   "there is no " + program + ": `make cluster-e2e` prepares it");
  }
  if (assets.images.empty()) {
    return failure(ErrorCode::kNotFound, "IMAGES names no images: `make cluster-e2e` builds them");
  }
  return assets;
}

}  // namespace portcullis::test

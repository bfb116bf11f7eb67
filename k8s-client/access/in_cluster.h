#pragma once

#include <filesystem>

#include "compiler/base/result.h"
#include "k8s-client/access/cluster_access.h"

namespace portcullis::k8s {

inline constexpr const char* kServiceAccountDirectory =
    "/var/run/secrets/kubernetes.io/serviceaccount";

// The access that a pod has through its service account
// (https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/). kNotFound: this is not a
// pod, or one without a service account.
[[nodiscard]] Result<ClusterAccess> in_cluster_access(
    const Environment& environment,
    const std::filesystem::path& directory = kServiceAccountDirectory);

}  // namespace portcullis::k8s

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "k8s-client/access/cluster_access.h"

namespace portcullis::k8s {

// The access that a context of kubeconfig files gives, as kubectl reads them
// (https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/). YAML or
// JSON. When files are merged, the first one with a context, cluster or user of a name takes
// precedence, as does the first current-context, which an empty `context` stands for. A missing
// file is an error only if there is no other. Relative paths start at the file that names them.
//
// Reads no other files. Errors name the file, line and field. Rejected, with a message: settings
// that skip verification of the server (insecure-skip-tls-verify), obsolete ones (auth-provider),
// and plugins that need a terminal.
[[nodiscard]] Result<ClusterAccess> read_kubeconfig(const std::vector<std::filesystem::path>& files,
                                                    const std::string& context);

}  // namespace portcullis::k8s

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "compiler/result.h"
#include "k8s-client/cluster_access.h"

namespace portcullis::k8s {

// The access that a context of kubeconfig files gives, as kubectl reads them
// (https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/). YAML or
// JSON. Several files are merged: the first that has a context, cluster or user of a name wins, as
// does the first with a current-context, which an empty `context` stands for. A file that does not
// exist is an error only if there is no other. Relative paths start at the file that names them.
//
// Reads no other file than these. Errors name the file, line and field. Refused, and said so, is
// what would not verify the server (insecure-skip-tls-verify), what clients no longer support
// (auth-provider), and plugins that need a terminal.
[[nodiscard]] Result<ClusterAccess> read_kubeconfig(const std::vector<std::filesystem::path>& files,
                                                    const std::string& context);

}  // namespace portcullis::k8s

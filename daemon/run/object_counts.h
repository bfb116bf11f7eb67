#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/cluster/cluster_state.h"
#include "daemon/files/manifests.h"
#include "daemon/serve/status.h"

// The object counts in Status.
namespace portcullis {

// By resource: "pods".
std::map<std::string, ObjectCount> count_objects(const ClusterState& cluster,
                                                 const std::vector<Problem>& problems);

// The files that are invalid as a whole, each once.
std::vector<std::string> unreadable_files(const std::vector<Problem>& problems);

}  // namespace portcullis

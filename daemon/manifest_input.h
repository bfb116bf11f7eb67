#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "compiler/cluster_state.h"
#include "compiler/result.h"

namespace portcullis {

// The objects of the manifests that a command names with -f: files, directories, "-" for `in`.
// What is wrong with single objects goes to `remarks`, a line each, and fails closed; a file that
// cannot be read or is no YAML or JSON is an error.
[[nodiscard]] Result<ClusterState> read_cluster(const std::vector<std::string>& names,
                                                std::istream& in, std::ostream& remarks,
                                                const Budgets& budgets = {});

}  // namespace portcullis

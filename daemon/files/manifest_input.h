#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/cluster/cluster_state.h"

namespace portcullis {

// The objects of the manifests that -f names.
struct ManifestInput {
  Update objects;
  ClusterState cluster;              // of these
  std::vector<std::string> remarks;  // one line per problem and per replacement
  std::size_t rejected = 0;          // objects that fail closed, or are missing
};

// `names` are files, directories, "-" for `in`. An object of a later name replaces that of an
// earlier one; a duplicate within one name is an error in both. Problems of single objects are
// remarks, and fail closed; a file that cannot be read or is not YAML or JSON is an error.
[[nodiscard]] Result<ManifestInput> read_cluster(const std::vector<std::string>& names,
                                                 std::istream& in, const Budgets& budgets = {});

// Prints the remarks to `out`, each after the program's name.
void say(const std::vector<std::string>& remarks, std::ostream& out);

}  // namespace portcullis

#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include "compiler/cluster_state.h"
#include "compiler/result.h"

namespace portcullis {

// The objects of the manifests that a command names with -f.
struct ManifestInput {
  ClusterState cluster;
  std::vector<std::string>
      remarks;               // a line for each thing that is wrong, and for each replacement
  std::size_t rejected = 0;  // objects that fail closed, or are not there at all
};

// `names` are files, directories, "-" for `in`. An object of a later name replaces that of an
// earlier one; within one name it is an error of both. What is wrong with single objects is a
// remark, and fails closed; a file that cannot be read or is no YAML or JSON is an error.
[[nodiscard]] Result<ManifestInput> read_cluster(const std::vector<std::string>& names,
                                                 std::istream& in, const Budgets& budgets = {});

// The remarks on `out`, each after the program's name.
void say(const std::vector<std::string>& remarks, std::ostream& out);

}  // namespace portcullis

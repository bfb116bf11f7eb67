#pragma once

#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/matrix/matrix_query.h"
#include "compiler/verdict/connection.h"

namespace portcullis {

// A row or column of the matrix: the pods of one workload (workload.h), or a non-pod address.
struct Party {
  struct Member {
    const Pod* pod = nullptr;  // null: not a pod address
    std::vector<End> ends;     // one for each of its addresses
  };
  std::string name;  // "default/web", "192.0.2.1"
  std::string ns;    // empty: no pods
  std::vector<Member> members;
};

// A pod that is in no row or column.
struct LeftOut {
  enum class Reason : std::uint8_t { kHostNetwork, kFinished, kNoAddress, kAddressTaken };
  const Pod* pod = nullptr;
  Reason reason = Reason::kNoAddress;
};

struct Parties {
  std::vector<Party> parties;  // by namespace and name, then the addresses
  std::vector<LeftOut> left_out;
};

// The pods in the query's namespaces that have its labels, and its addresses.
Parties find_parties(const ClusterState& cluster, const MatrixQuery& query);

// The named parties of the whole cluster. kNotFound names what does not exist.
[[nodiscard]] Result<Parties> find_parties(const ClusterState& cluster, const PartyNames& names);

}  // namespace portcullis

#pragma once

#include <string>
#include <vector>

#include "compiler/connection.h"
#include "compiler/explain/matrix_query.h"
#include "compiler/result.h"

namespace portcullis {

// A row or a column of the matrix: the pods of one workload (workload.h), or an address of no pod.
struct Party {
  struct Member {
    const Pod* pod = nullptr;  // null: an address of no pod
    std::vector<End> ends;     // one for each of its addresses
  };
  std::string name;  // "default/web", "192.0.2.1"
  std::string ns;    // empty: no pods
  std::vector<Member> members;
};

// A pod that no row and no column stands for.
struct LeftOut {
  enum class Reason : std::uint8_t { kHostNetwork, kFinished, kNoAddress, kAddressTaken };
  const Pod* pod = nullptr;
  Reason reason = Reason::kNoAddress;
};

struct Parties {
  std::vector<Party> parties;  // by namespace and name, then the addresses
  std::vector<LeftOut> left_out;
};

// The pods of the query's namespaces and with its labels, and its addresses.
Parties find_parties(const ClusterState& cluster, const MatrixQuery& query);

// Those that are named, of the whole cluster. kNotFound names what there is not.
[[nodiscard]] Result<Parties> find_parties(const ClusterState& cluster, const PartyNames& names);

}  // namespace portcullis

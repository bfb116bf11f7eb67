#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "compiler/explain/allowed_traffic.h"
#include "compiler/result.h"

namespace portcullis {

struct MatrixQuery {
  std::vector<std::string> namespaces;  // the pods of these; empty: of all
  std::vector<Address> addresses;       // these beside the pods: somebody outside, a node
};

// kInvalidInput names the text that is no address.
[[nodiscard]] Result<MatrixQuery> parse_matrix_query(const std::vector<std::string>& namespaces,
                                                     const std::vector<std::string>& addresses);

// A row and a column: a pod, or an address of none.
struct Party {
  std::string name;       // "default/web", "192.0.2.1"
  std::vector<End> ends;  // one for each of its addresses
};

// What is allowed from one party to another, for each address family that both have.
struct Cell {
  struct Part {
    Family family;
    AllowedTraffic traffic;
  };
  std::vector<Part> parts;  // empty: no family in common, or neither is a pod
};

// Who may talk to whom. Points into the cluster.
struct Matrix {
  std::vector<Party> parties;
  std::vector<std::vector<Cell>> cells;  // cells[from][to]
};

inline constexpr std::size_t kMostParties = 500;

// Every pod that has an address of its own, in the order of the keys, then the addresses.
// kNotFound: no pod is in a namespace that was named; kInvalidInput: more than kMostParties;
// kInterrupted: another thread has set `stop`, if there is one.
[[nodiscard]] Result<Matrix> make_matrix(const ClusterState& cluster, const MatrixQuery& query,
                                         const std::atomic<bool>* stop = nullptr);

// A table: a row for each source, a column for each destination.
std::string print_text(const Matrix& matrix);

// {"parties": [{"name": "default/web", "addresses": ["10.0.0.1"]}],
//  "connections": [{"from": "default/web", "to": "default/api", "family": "IPv4",
//                   "allowed": "8080/TCP",
//                   "ports": [{"protocol": "TCP", "port": 8080, "endPort": 8080}],
//                   "otherProtocols": false}]}
std::string print_json(const Matrix& matrix);

}  // namespace portcullis

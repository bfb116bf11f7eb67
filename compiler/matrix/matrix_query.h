#pragma once

#include <string>
#include <vector>

#include "compiler/base/address.h"
#include "compiler/base/result.h"
#include "compiler/model/selector.h"

namespace portcullis {

// What a user types.
struct MatrixWords {
  std::vector<std::string> namespaces{};
  std::string selector{};  // as for kubectl's -l; empty: every pod
  std::vector<std::string> from{};
  std::vector<std::string> to{};
  std::vector<std::string> addresses{};
};

// One side of the matrix, if chosen by name. Each is a pod or a workload ("default/web"), a
// namespace ("default"), or an address.
using PartyNames = std::vector<std::string>;

struct MatrixQuery {
  std::vector<std::string> namespaces;  // the pods of these; empty: of all
  LabelSelector selector;               // and with these labels
  PartyNames from;                      // the rows: these instead; empty: the same pods
  PartyNames to;                        // the columns
  std::vector<Address> addresses;       // also these: somebody outside, a node
};

// kInvalidInput names the text that is not a selector or an address.
[[nodiscard]] Result<MatrixQuery> parse_matrix_query(const MatrixWords& words);

}  // namespace portcullis

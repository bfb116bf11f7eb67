#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/explain/allowed_traffic.h"
#include "compiler/matrix/party.h"

namespace portcullis {

// What is allowed from one party to another, for each address family that both have.
struct Cell {
  struct Part {
    Family family;
    AllowedTraffic traffic;

    bool operator==(const Part&) const = default;
  };
  // Each only once: two of one family mean that it depends on the pods. Empty: no family in common,
  // or neither end is a pod.
  std::vector<Part> parts;
  bool is_itself = false;  // one pod to itself, which nothing can block

  bool everything() const;
};

// Which parties can talk to which. Points into the cluster.
struct Matrix {
  std::vector<Party> from;
  std::vector<Party> to;
  std::vector<std::vector<Cell>> cells;  // cells[from][to]
  std::vector<LeftOut> left_out;
};

inline constexpr std::size_t kMostPairs = 250'000;  // of pods

// kNotFound: no pod is in a named namespace or has the labels, or a name is unknown; kInvalidInput:
// more than kMostPairs; kInterrupted: another thread has set `stop`, which may be null.
[[nodiscard]] Result<Matrix> make_matrix(const ClusterState& cluster, const MatrixQuery& query,
                                         const std::atomic<bool>* stop = nullptr);

// Which connections are shown: the restricted ones, or all.
enum class Listing : bool { kRestricted, kAll };

// One line per pair. Equal restricted pairs of a whole namespace share a line:
//
//     FROM              TO           ALLOWED
//     default/frontend  default/api  8080/TCP
//     monitoring/*      default/api  none
std::string print_text(const Matrix& matrix, Listing listing = Listing::kRestricted);

// One of the documents of json_document.h:
//
// {"apiVersion": "portcullis/v1", "kind": "Matrix", "warnings": [],
//  "parties": [{"name": "default/web", "namespace": "default", "pods": ["default/web-0"],
//               "addresses": ["10.0.0.1"]}],
//  "connections": [{"from": "default/web", "to": "default/api", "family": "IPv4",
//                   "allowed": false, "variesByPod": false, "allowedTraffic": {...}}],
//  "leftOut": [{"pod": "default/job-x", "reason": "Finished"}]}
std::string print_json(const Matrix& matrix, Listing listing = Listing::kRestricted,
                       const std::vector<std::string>& warnings = {});

}  // namespace portcullis

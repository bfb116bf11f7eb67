#include "compiler/explain/explanation.h"

#include <algorithm>

#include "compiler/explain/query.h"

namespace portcullis {

Explanation explain(const ClusterState& cluster, const Connection& connection) {
  const auto source = find_end(cluster, connection.source);
  const auto destination = find_end(cluster, connection.destination);
  return {connection, source, destination, evaluate(cluster, connection, source, destination),
          allowed_traffic(cluster, source, destination)};
}

Result<std::vector<Explanation>> explain(const ClusterState& cluster, const std::string& from,
                                         const std::string& to) {
  return parse_query(cluster, from, to).map([&](const std::vector<Connection>& connections) {
    std::vector<Explanation> explanations;
    explanations.reserve(connections.size());
    for (const auto& connection : connections) {
      explanations.push_back(explain(cluster, connection));
    }
    return explanations;
  });
}

bool all_allowed(const std::vector<Explanation>& explanations) {
  return std::all_of(explanations.begin(), explanations.end(),
                     [](const auto& each) { return each.evaluation.allowed(); });
}

}  // namespace portcullis

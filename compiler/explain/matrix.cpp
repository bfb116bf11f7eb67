#include "compiler/explain/matrix.h"

#include <algorithm>

namespace portcullis {
namespace {

bool wants(const MatrixQuery& query, const std::string& ns) {
  const auto& names = query.namespaces;
  return names.empty() || std::find(names.begin(), names.end(), ns) != names.end();
}

std::vector<const Pod*> pods_of(const ClusterState& cluster, const MatrixQuery& query) {
  std::vector<const Pod*> pods;
  for (const auto& [key, pod] : cluster.pods()) {
    const bool counts = !pod->host_network && !pod->finished() && !pod->addresses.empty();
    if (counts && wants(query, key.ns)) pods.push_back(pod.get());
  }
  return pods;
}

Party party_of(const ClusterState& cluster, const Pod& pod) {
  Party party{to_string(pod.key), {}};
  for (const auto& address : pod.addresses) {
    auto end = find_end(cluster, address);
    if (end.contested) end.pod = &pod;  // it is one of those that claim it
    if (end.pod == &pod) party.ends.push_back(end);
  }
  return party;
}

Cell cell_of(const ClusterState& cluster, const Party& from, const Party& to) {
  Cell cell;
  for (const auto& source : from.ends) {
    for (const auto& destination : to.ends) {
      if (source.address.family != destination.address.family) continue;
      if (source.pod == nullptr && destination.pod == nullptr) continue;
      // Two pods that claim one address are no one pod: neither may use it.
      const bool rivals = source.pod != destination.pod && source.address == destination.address;
      cell.parts.push_back(
          {source.address.family,
           rivals ? AllowedTraffic() : allowed_traffic(cluster, source, destination)});
    }
  }
  return cell;
}

Result<void> require_pods(const ClusterState& cluster, const std::string& ns) {
  const auto first = cluster.pods().lower_bound({ns, ""});
  if (first != cluster.pods().end() && first->first.ns == ns) return {};
  return failure(ErrorCode::kNotFound, "there is no pod in namespace " + ns);
}

}  // namespace

Result<MatrixQuery> parse_matrix_query(const std::vector<std::string>& namespaces,
                                       const std::vector<std::string>& addresses) {
  MatrixQuery query{namespaces, {}};
  for (const auto& text : addresses) {
    const auto address = parse_address(text);
    if (!address) return tl::unexpected(address.error());
    query.addresses.push_back(*address);
  }
  return query;
}

Result<Matrix> make_matrix(const ClusterState& cluster, const MatrixQuery& query,
                           const std::atomic<bool>* stop) {
  for (const auto& ns : query.namespaces) {
    const auto found = require_pods(cluster, ns);
    if (!found) return tl::unexpected(found.error());
  }
  const auto pods = pods_of(cluster, query);
  if (pods.size() + query.addresses.size() > kMostParties) {
    return failure(ErrorCode::kInvalidInput, std::to_string(pods.size() + query.addresses.size()) +
                                                 " pods are too many for one table (" +
                                                 std::to_string(kMostParties) +
                                                 " at the most): name namespaces");
  }
  Matrix matrix;
  for (const auto* pod : pods) {
    auto party = party_of(cluster, *pod);
    if (!party.ends.empty()) matrix.parties.push_back(std::move(party));
  }
  for (const auto& address : query.addresses) {
    matrix.parties.push_back({to_string(address), {find_end(cluster, address)}});
  }
  for (const auto& from : matrix.parties) {
    if (stop != nullptr && *stop)
      return failure(ErrorCode::kInterrupted, "stopped before the matrix was complete");
    auto& row = matrix.cells.emplace_back();
    for (const auto& to : matrix.parties) row.push_back(cell_of(cluster, from, to));
  }
  return matrix;
}

}  // namespace portcullis

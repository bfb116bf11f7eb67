#include "compiler/matrix/matrix.h"

#include <algorithm>
#include <utility>

#include "compiler/matrix/likeness.h"

namespace portcullis {
namespace {

void add(Cell& cell, const Cell::Part& part) {
  if (std::ranges::find(cell.parts, part) == cell.parts.end()) cell.parts.push_back(part);
}

void add_pair(const ClusterState& cluster, const Party::Member& from, const Party::Member& to,
              Cell& cell) {
  for (const auto& source : from.ends) {
    for (const auto& destination : to.ends) {
      if (source.address.family != destination.address.family) continue;
      if (source.pod == nullptr && destination.pod == nullptr) continue;
      // Pods with equal claims to an address are not merged: neither may use it.
      const bool rivals = source.pod != destination.pod && source.address == destination.address;
      add(cell, {source.address.family,
                 rivals ? AllowedTraffic() : allowed_traffic(cluster, source, destination)});
    }
  }
}

using Members = std::vector<const Party::Member*>;

// Traffic of a pod to itself says nothing about the workload, unless it has only one pod.
Cell cell_of(const ClusterState& cluster, const Members& from, const Members& to) {
  Cell cell;
  for (const auto* source : from) {
    for (const auto* destination : to) {
      if (source->pod == nullptr || source->pod != destination->pod) {
        add_pair(cluster, *source, *destination, cell);
      }
    }
  }
  const auto* pod = from.front()->pod;
  cell.is_itself = cell.parts.empty() && pod != nullptr && pod == to.front()->pod;
  if (cell.is_itself) add_pair(cluster, *from.front(), *to.front(), cell);
  if (cell.parts.size() > 1) {
    std::ranges::sort(cell.parts, {}, [](const Cell::Part& part) {
      return std::pair(part.family, to_string(part.traffic));
    });
  }
  return cell;
}

std::vector<Members> representatives(const Likeness& likeness, const std::vector<Party>& parties) {
  std::vector<Members> all;
  all.reserve(parties.size());
  for (const auto& party : parties) all.push_back(likeness.representatives(party));
  return all;
}

Result<void> require_pods(const ClusterState& cluster, const std::string& ns) {
  const auto first = cluster.pods().lower_bound({ns, ""});
  if (first != cluster.pods().end() && first->first.ns == ns) return {};
  return failure(ErrorCode::kNotFound, "there is no pod in namespace " + ns);
}

std::size_t count_pods(const std::vector<Party>& parties) {
  std::size_t count = 0;
  for (const auto& party : parties) count += party.members.size();
  return count;
}

Result<void> check_size(const Matrix& matrix) {
  const auto from = count_pods(matrix.from);
  const auto to = count_pods(matrix.to);
  if (from * to <= kMostPairs) return {};
  return failure(ErrorCode::kInvalidInput,
                 std::to_string(from) + " pods times " + std::to_string(to) +
                     " are too many for one matrix (" + std::to_string(kMostPairs) +
                     " pairs at most): narrow it with -n, -l, --from or --to");
}

// The parties of one side: the named ones, else those of the whole query.
Result<void> choose(const ClusterState& cluster, const PartyNames& names, const Parties& all,
                    const MatrixQuery& query, std::vector<Party>& side) {
  if (names.empty()) {
    side = all.parties;
    return {};
  }
  return find_parties(cluster, names).map([&](Parties found) {
    side = std::move(found.parties);
    for (const auto& party : all.parties) {
      const bool is_added = std::ranges::any_of(
          query.addresses, [&](const Address& each) { return party.name == to_string(each); });
      if (is_added) side.push_back(party);
    }
  });
}

}  // namespace

bool Cell::everything() const {
  return std::ranges::all_of(parts, [](const Part& part) { return part.traffic.everything(); });
}

Result<Matrix> make_matrix(const ClusterState& cluster, const MatrixQuery& query,
                           const std::atomic<bool>* stop) {
  for (const auto& ns : query.namespaces) {
    const auto found = require_pods(cluster, ns);
    if (!found) return tl::unexpected(found.error());
  }
  const auto all = find_parties(cluster, query);
  Matrix matrix;
  const auto chosen = choose(cluster, query.from, all, query, matrix.from).and_then([&] {
    return choose(cluster, query.to, all, query, matrix.to);
  });
  if (!chosen) return tl::unexpected(chosen.error());
  if (query.from.empty() || query.to.empty()) matrix.left_out = all.left_out;
  if (matrix.from.empty() || matrix.to.empty()) {
    return failure(ErrorCode::kNotFound, "no pod matches: check -n and -l");
  }
  if (const auto fits = check_size(matrix); !fits) return tl::unexpected(fits.error());
  const Likeness likeness(cluster);
  const auto destinations = representatives(likeness, matrix.to);
  for (const auto& from : representatives(likeness, matrix.from)) {
    auto& row = matrix.cells.emplace_back();
    for (const auto& to : destinations) {
      if (stop != nullptr && *stop) {
        return failure(ErrorCode::kInterrupted, "stopped before the matrix was complete");
      }
      row.push_back(cell_of(cluster, from, to));
    }
  }
  return matrix;
}

}  // namespace portcullis

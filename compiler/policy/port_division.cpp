#include "compiler/policy/port_division.h"

#include <utility>

#include "compiler/policy/profile_chain.h"

namespace portcullis {
namespace {

constexpr std::size_t kLookupsPerSet = 4;  // rules of all chains, by the budget for sets

}  // namespace

bool has_any(const Peers& peers, Family family) {
  return peers.everyone || !peers.pods.empty() || !peers.ranges(family).empty();
}

std::size_t memory_of(const Peers& peers, Family family) {
  std::size_t bytes = peers.ranges(family).size() * kMemoryOfElement;
  for (const auto& selector : peers.pods) {
    bytes += kCopiesOfSelector * memory_of(selector.pods);
    if (const auto* namespaces = std::get_if<LabelSelector>(&selector.namespaces)) {
      bytes += kCopiesOfSelector * memory_of(*namespaces);
    }
  }
  return bytes;
}

Result<Division> divide(const std::vector<Clause>& by_ports, Family family, std::size_t carried,
                        const Budget& budget) {
  Division division;
  PortSet everyones;
  std::vector<WeightedPorts> others;
  std::size_t ranges = 0;
  for (const auto& clause : by_ports) {
    division.in_turn.push_back(&clause);
    ranges += clause.ports->size();
    if (clause.peers.everyone) {
      everyones.insert(everyones.end(), clause.ports->begin(), clause.ports->end());
    } else {
      others.push_back({*clause.ports, memory_of(clause.peers, family)});
      division.peers.push_back(&clause.peers);
    }
  }
  if (by_ports.size() < 2) return division;
  const PartitionLimits limits{kLookupsPerSet * budget.sets / (carried + 2), budget.memory};
  if (auto classes = partition(merge(std::move(everyones)), others, limits)) {
    division.classes = std::move(*classes);
    division.in_turn.clear();
  } else if (by_ports.size() > kMostClausesInTurn || ranges > kMostRangesInTurn) {
    return failure(ErrorCode::kInvalidInput,
                   "its port ranges overlap too often: use fewer distinct ones, or give "
                   "those that overlap the same peers");
  }
  return division;
}

std::vector<Clause> clauses_by_ports(const Profile& profile, Family family) {
  std::vector<Clause> by_ports;
  for (const auto& clause : profile.clauses) {
    if (clause.ports && has_any(clause.peers, family)) by_ports.push_back(clause);
  }
  return by_ports;
}

}  // namespace portcullis

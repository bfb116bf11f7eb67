#include "compiler/policy/port_set.h"

#include <algorithm>
#include <limits>
#include <map>

namespace portcullis {
namespace {

constexpr std::size_t kMostSteps = std::size_t{1} << 22;  // open sets, over all ranges
constexpr auto kTaken = std::numeric_limits<std::size_t>::max();

struct End {
  std::uint32_t at;
  bool begins;
  std::size_t set;
};

void add_ends(const PortSet& ports, std::size_t set, std::vector<End>& ends) {
  for (const auto& range : ports) {
    ends.push_back({range.first, true, set});
    ends.push_back({range.last + 1, false, set});
  }
}

// Visits all range boundaries in order; between two of them the same sets are open.
class Sweep {
 public:
  Sweep(const std::vector<WeightedPorts>& sets, const PartitionLimits& limits)
      : sets_(sets), limits_(limits) {}

  void pass(const End& end) {
    if (end.set == kTaken) {
      taken_ = end.begins;
      return;
    }
    const auto place = std::lower_bound(open_.begin(), open_.end(), end.set);
    if (end.begins) {
      open_.insert(place, end.set);
      open_weight_ += sets_[end.set].weight;
    } else {
      open_.erase(place);
      open_weight_ -= sets_[end.set].weight;
    }
  }

  // False if that is too much.
  bool put(const Interval<std::uint32_t>& ports) {
    if (open_.empty() && !taken_) return true;
    const auto& members = taken_ ? nobody_ : open_;
    steps_ += members.size();
    if (steps_ > kMostSteps) return false;
    auto place = classes_.find(members);
    if (place == classes_.end()) {
      if (!taken_) weight_ += open_weight_;
      if (weight_ > limits_.weight || classes_.size() == limits_.classes) return false;
      place = classes_.emplace(members, PortSet()).first;
    }
    auto& same = place->second;
    const bool touches = !same.empty() && same.back().last + 1 == ports.first;
    touches ? void(same.back().last = ports.last) : same.push_back(ports);
    return true;
  }

  std::vector<PortClass> take() && {
    std::vector<PortClass> found;
    found.reserve(classes_.size());
    for (auto& [members, ports] : classes_) found.push_back({members, std::move(ports)});
    return found;
  }

 private:
  const std::vector<WeightedPorts>& sets_;
  const PartitionLimits limits_;
  const std::vector<std::size_t> nobody_;
  std::vector<std::size_t> open_;  // ascending
  bool taken_ = false;
  std::size_t open_weight_ = 0;
  std::size_t weight_ = 0;
  std::size_t steps_ = 0;
  std::map<std::vector<std::size_t>, PortSet> classes_;
};

}  // namespace

Interval<std::uint32_t> port_interval(Protocol protocol, PortRange ports) {
  const auto base = static_cast<std::uint32_t>(protocol) << 16;
  return {base | ports.first, base | ports.last};
}

std::optional<std::vector<PortClass>> partition(const PortSet& taken,
                                                const std::vector<WeightedPorts>& sets,
                                                const PartitionLimits& limits) {
  std::vector<End> ends;
  add_ends(taken, kTaken, ends);
  for (std::size_t i = 0; i < sets.size(); ++i) add_ends(sets[i].ports, i, ends);
  std::sort(ends.begin(), ends.end(), [](const End& a, const End& b) { return a.at < b.at; });
  Sweep sweep(sets, limits);
  for (auto end = ends.begin(); end != ends.end();) {
    const auto first = end->at;
    for (; end != ends.end() && end->at == first; ++end) sweep.pass(*end);
    if (end != ends.end() && !sweep.put({first, end->at - 1})) return std::nullopt;
  }
  return std::move(sweep).take();
}

}  // namespace portcullis

#include "compiler/port_set.h"

#include <algorithm>
#include <map>
#include <set>

namespace portcullis {

Interval<std::uint32_t> port_interval(Protocol protocol, PortRange ports) {
  const auto base = static_cast<std::uint32_t>(protocol) << 16;
  return {base | ports.first, base | ports.last};
}

// Walks over all ends of ranges in their order; between two of them the same sets are open.
std::vector<PortClass> partition(const std::vector<PortSet>& sets) {
  struct End {
    std::uint32_t at;
    bool begins;
    std::size_t set;
  };
  std::vector<End> ends;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    for (const auto& range : sets[i]) {
      ends.push_back({range.first, true, i});
      ends.push_back({range.last + 1, false, i});
    }
  }
  std::sort(ends.begin(), ends.end(), [](const End& a, const End& b) { return a.at < b.at; });
  std::map<std::vector<std::size_t>, PortSet> classes;
  std::set<std::size_t> open;
  for (auto end = ends.begin(); end != ends.end();) {
    const auto first = end->at;
    for (; end != ends.end() && end->at == first; ++end) {
      end->begins ? void(open.insert(end->set)) : void(open.erase(end->set));
    }
    if (!open.empty()) classes[{open.begin(), open.end()}].push_back({first, end->at - 1});
  }
  std::vector<PortClass> found;
  found.reserve(classes.size());
  for (auto& [members, ports] : classes) found.push_back({members, std::move(ports)});
  return found;
}

}  // namespace portcullis

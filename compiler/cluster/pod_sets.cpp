#include "compiler/cluster/pod_sets.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace portcullis {
namespace {

std::vector<Element> elements_of(const PodSet& set, const Membership& membership) {
  std::vector<Element> elements;
  for (const auto& part : set.parts) {
    for (const auto& [address, pod] : membership.members(part.peers)) {
      if (address.family != set.family) continue;
      const auto key = key_of(part, address, pod->ports);
      if (key) elements.push_back({*key, {}, {}});
    }
  }
  std::sort(elements.begin(), elements.end());
  elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
  return elements;
}

}  // namespace

std::optional<Sets> pod_sets(const ProfileChain& chain, const Membership& membership,
                             std::size_t most) {
  Sets sets;
  std::size_t pods = 0;
  for (const auto& [name, set] : chain.of_pods) {
    auto elements = elements_of(set, membership);
    pods += elements.size();
    if (pods > most) return std::nullopt;
    sets.emplace(name, Set{set.spec, std::move(elements)});
  }
  return sets;
}

}  // namespace portcullis

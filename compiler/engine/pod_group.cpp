#include "compiler/engine/pod_group.h"

#include <algorithm>
#include <boost/container_hash/hash.hpp>

namespace portcullis {

// Equal labels are the same labels.
std::size_t PodGroup::KeyHash::operator()(const Key& of) const {
  std::size_t seed = 0;
  boost::hash_combine(seed, &of.labels.get());
  boost::hash_combine(seed, &of.ports.get());
  return seed;
}

Held held_by(const PodSet& set, const PodGroup& group, const Namespace* ns) {
  Held held;
  for (std::size_t i = 0; i < set.parts.size(); ++i) {
    const auto& [peers, port] = set.parts[i];
    if (port && find_port(group.ports(), port->first, port->second) == nullptr) continue;
    const auto selects = [&](const PeerSelector& selector) {
      return selector.matches_namespace(group.ns(), ns) && selector.pods.matches(group.labels());
    };
    if (peers.everyone || std::ranges::any_of(peers.pods, selects)) {
      held.all |= 1U << i;
    } else if (!peers.ranges(set.family).empty()) {
      held.ranges |= 1U << i;
    }
  }
  return held;
}

Keys keys_of(const PodSet& set, const Held& held, const PodGroup& group, const Address& address) {
  Keys keys;
  if (address.family != set.family || !held.any()) return keys;
  for (std::size_t i = 0; i < set.parts.size(); ++i) {
    const auto& part = set.parts[i];
    const bool all = (held.all >> i & 1U) != 0;
    const bool covered = (held.ranges >> i & 1U) != 0 && part.peers.covers(address);
    if (all || covered) keys.push_back(*key_of(part, address, group.ports()));
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

}  // namespace portcullis

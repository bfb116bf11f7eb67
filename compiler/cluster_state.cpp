#include "compiler/cluster_state.h"

#include <utility>

namespace portcullis {
namespace {

template <class Map, class Key, class Object>
std::optional<Change> put(Map& map, const Key& key, const std::shared_ptr<const Object>& value) {
  if (!value) {
    const auto node = map.extract(key);
    if (node.empty()) return std::nullopt;
    return ObjectChange<Object>{std::move(node.mapped()), nullptr};
  }
  const auto [place, inserted] = map.try_emplace(key, value);
  if (inserted) return ObjectChange<Object>{nullptr, value};
  if (place->second == value || *place->second == *value) return std::nullopt;
  return ObjectChange<Object>{std::exchange(place->second, value), value};
}

}  // namespace

std::optional<Change> ClusterState::apply(const Event& event) {
  if (const auto* pod = std::get_if<PodEvent>(&event)) return put(pods_, pod->key, pod->pod);
  if (const auto* ns = std::get_if<NamespaceEvent>(&event)) {
    return put(namespaces_, ns->name, ns->ns);
  }
  const auto& policy = std::get<PolicyEvent>(event);
  return put(policies_, policy.key, policy.policy);
}

void ClusterState::quarantine(const Address& address, const ObjectKey& former_pod) {
  quarantined_.insert_or_assign(address, former_pod);
}

void ClusterState::release(const Address& address) { quarantined_.erase(address); }

}  // namespace portcullis

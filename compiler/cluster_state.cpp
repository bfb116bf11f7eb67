#include "compiler/cluster_state.h"

namespace portcullis {
namespace {

template <class Map, class Key, class Value>
bool put(Map& map, const Key& key, const Value& value) {
  if (!value) return map.erase(key) != 0;
  const auto [place, inserted] = map.try_emplace(key, value);
  if (inserted) return true;
  if (place->second == value || *place->second == *value) return false;
  place->second = value;
  return true;
}

}  // namespace

bool ClusterState::apply(const Event& event) {
  if (const auto* pod = std::get_if<PodEvent>(&event)) return put(pods_, pod->key, pod->pod);
  if (const auto* ns = std::get_if<NamespaceEvent>(&event)) {
    return put(namespaces_, ns->name, ns->ns);
  }
  const auto& policy = std::get<PolicyEvent>(event);
  return put(policies_, policy.key, policy.policy);
}

}  // namespace portcullis

#include "compiler/model/event.h"

#include <utility>

namespace portcullis {

Event to_event(std::shared_ptr<const Pod> pod) {
  ObjectKey key = pod->key;
  return PodEvent{std::move(key), std::move(pod)};
}

Event to_event(std::shared_ptr<const Namespace> ns) {
  std::string name = ns->name;
  return NamespaceEvent{std::move(name), std::move(ns)};
}

Event to_event(std::shared_ptr<const NetworkPolicy> policy) {
  ObjectKey key = policy->key;
  return PolicyEvent{std::move(key), std::move(policy)};
}

ObjectKey key_of(const Event& event) {
  if (const auto* pod = std::get_if<PodEvent>(&event)) return pod->key;
  if (const auto* ns = std::get_if<NamespaceEvent>(&event)) return {"", ns->name};
  return std::get<PolicyEvent>(event).key;
}

bool is_removal(const Event& event) {
  if (const auto* pod = std::get_if<PodEvent>(&event)) return pod->pod == nullptr;
  if (const auto* ns = std::get_if<NamespaceEvent>(&event)) return ns->ns == nullptr;
  return std::get<PolicyEvent>(event).policy == nullptr;
}

Event removal_of(const Event& event) {
  if (const auto* pod = std::get_if<PodEvent>(&event)) return PodEvent{pod->key, nullptr};
  if (const auto* ns = std::get_if<NamespaceEvent>(&event)) {
    return NamespaceEvent{ns->name, nullptr};
  }
  return PolicyEvent{std::get<PolicyEvent>(event).key, nullptr};
}

}  // namespace portcullis

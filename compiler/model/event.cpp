#include "compiler/model/event.h"

#include <utility>

#include "compiler/base/escape.h"

namespace portcullis {

Event to_event(std::shared_ptr<const Pod> pod) {
  ObjectKey key = pod->key;
  return PodEvent{std::move(key), std::move(pod)};
}

Event to_event(std::shared_ptr<const Namespace> ns) {
  ObjectKey key{"", ns->name};
  return NamespaceEvent{std::move(key), std::move(ns)};
}

Event to_event(std::shared_ptr<const NetworkPolicy> policy) {
  ObjectKey key = policy->key;
  return PolicyEvent{std::move(key), std::move(policy)};
}

const ObjectKey& key_of(const Event& event) {
  return std::visit([](const auto& each) -> const ObjectKey& { return each.key; }, event);
}

const std::string& origin_of(const Event& event) {
  return std::visit([](const auto& each) -> const std::string& { return each.object->origin; },
                    event);
}

bool is_removal(const Event& event) {
  return std::visit([](const auto& each) { return each.object == nullptr; }, event);
}

Event removal(Kind kind, ObjectKey key) {
  switch (kind) {
    case Kind::kPod:
      return PodEvent{std::move(key), nullptr};
    case Kind::kNamespace:
      return NamespaceEvent{std::move(key), nullptr};
    case Kind::kNetworkPolicy:
      break;
  }
  return PolicyEvent{std::move(key), nullptr};
}

Event removal_of(const Event& event) { return removal(kind_of(event), key_of(event)); }

std::string name_of(const Event& event) {
  const auto& [ns, name] = key_of(event);
  const auto prefix = ns.empty() ? "" : printable(ns) + '/';
  return std::string(info(kind_of(event)).name) + ' ' + prefix + printable(name);
}

}  // namespace portcullis

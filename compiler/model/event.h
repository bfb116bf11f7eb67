#pragma once

#include <memory>
#include <string>
#include <variant>

#include "compiler/model/objects.h"

namespace portcullis {

// What a source reports of one object: its new value, or null when it is gone. Values are shared
// and const. The key is always the object's own, also if the value is null.
struct PodEvent {
  ObjectKey key;
  std::shared_ptr<const Pod> pod;
};

struct NamespaceEvent {
  std::string name;
  std::shared_ptr<const Namespace> ns;
};

struct PolicyEvent {
  ObjectKey key;
  std::shared_ptr<const NetworkPolicy> policy;
};

using Event = std::variant<PodEvent, NamespaceEvent, PolicyEvent>;

Event to_event(std::shared_ptr<const Pod> pod);
Event to_event(std::shared_ptr<const Namespace> ns);
Event to_event(std::shared_ptr<const NetworkPolicy> policy);

ObjectKey key_of(const Event& event);
bool is_removal(const Event& event);
Event removal_of(const Event& event);  // of the same object

}  // namespace portcullis

#pragma once

#include <memory>
#include <string>
#include <variant>

#include "compiler/model/kind.h"
#include "compiler/model/objects.h"

namespace portcullis {

// What a source reports of one object: its new value, or null when it is gone. Values are shared
// and const. The key is always the object's own, also if the value is null.
template <class T>
struct ObjectEvent {
  ObjectKey key;
  std::shared_ptr<const T> object;

  bool operator==(const ObjectEvent&) const = default;  // the same value, not an equal one
};

using PodEvent = ObjectEvent<Pod>;
using NamespaceEvent = ObjectEvent<Namespace>;
using PolicyEvent = ObjectEvent<NetworkPolicy>;

using Event = std::variant<PodEvent, NamespaceEvent, PolicyEvent>;

Event to_event(std::shared_ptr<const Pod> pod);
Event to_event(std::shared_ptr<const Namespace> ns);
Event to_event(std::shared_ptr<const NetworkPolicy> policy);

inline Kind kind_of(const Event& event) { return static_cast<Kind>(event.index()); }
const ObjectKey& key_of(const Event& event);
const std::string& origin_of(const Event& event);  // of the object, which is not gone
bool is_removal(const Event& event);
Event removal(Kind kind, ObjectKey key);
Event removal_of(const Event& event);  // of the same object

// "NetworkPolicy default/web", as messages name it.
std::string name_of(const Event& event);

}  // namespace portcullis

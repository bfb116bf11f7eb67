#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "compiler/event.h"
#include "compiler/objects.h"

namespace portcullis {

// What an event did to an object: its values before and after, null where it is not there.
template <class Object>
struct ObjectChange {
  std::shared_ptr<const Object> before;
  std::shared_ptr<const Object> after;
};

using Change =
    std::variant<ObjectChange<Pod>, ObjectChange<Namespace>, ObjectChange<NetworkPolicy>>;

// Every object that the sources have told of. A function of the last event of each key; the
// order of events of different keys does not matter. Not thread safe: one strand owns it.
class ClusterState {
 public:
  using Pods = std::map<ObjectKey, std::shared_ptr<const Pod>>;
  using Namespaces = std::map<std::string, std::shared_ptr<const Namespace>, std::less<>>;
  using Policies = std::map<ObjectKey, std::shared_ptr<const NetworkPolicy>>;

  // None if the event changed nothing.
  std::optional<Change> apply(const Event& event);

  const Pods& pods() const { return pods_; }
  const Namespaces& namespaces() const { return namespaces_; }
  const Policies& policies() const { return policies_; }

 private:
  Pods pods_;
  Namespaces namespaces_;
  Policies policies_;
};

}  // namespace portcullis

#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "compiler/address.h"
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

// Addresses that are closed in both directions although no pod explains them, each with the pod
// whose it was; an empty key: not known, since it was so before this daemon started.
using QuarantinedAddresses = std::map<Address, ObjectKey>;

// Every object that the sources have told of, a function of the last event of each key: the order
// of events of different keys does not matter. Besides, the addresses that the node holds closed.
// Not thread safe: one strand owns it.
class ClusterState {
 public:
  using Pods = std::map<ObjectKey, std::shared_ptr<const Pod>>;
  using Namespaces = std::map<std::string, std::shared_ptr<const Namespace>, std::less<>>;
  using Policies = std::map<ObjectKey, std::shared_ptr<const NetworkPolicy>>;

  // None if the event changed nothing.
  std::optional<Change> apply(const Event& event);

  // Closes an address that this node still has, or opens it again. It stays closed whoever claims
  // it: who calls this knows when a pod of this node does (IncrementalCompiler).
  void quarantine(const Address& address, const ObjectKey& former_pod);
  void release(const Address& address);

  const QuarantinedAddresses& quarantined() const { return quarantined_; }
  const Pods& pods() const { return pods_; }
  const Namespaces& namespaces() const { return namespaces_; }
  const Policies& policies() const { return policies_; }

 private:
  Pods pods_;
  Namespaces namespaces_;
  Policies policies_;
  QuarantinedAddresses quarantined_;
};

}  // namespace portcullis

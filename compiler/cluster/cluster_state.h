#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "compiler/base/address.h"
#include "compiler/model/budget.h"
#include "compiler/model/event.h"
#include "compiler/model/objects.h"
#include "compiler/model/update.h"
#include "compiler/policy/profile.h"

namespace portcullis {

// What an event did to an object: its values before and after, null if absent.
template <class Object>
struct ObjectChange {
  std::shared_ptr<const Object> before;
  std::shared_ptr<const Object> after;
};

// In the order of Kind.
using Change =
    std::variant<ObjectChange<Pod>, ObjectChange<Namespace>, ObjectChange<NetworkPolicy>>;
using OnChange = std::function<void(const Change&)>;

// Addresses that are closed in both directions although no pod explains them, each with its former
// pod. An empty key: unknown, since it was enforced before this daemon started.
using QuarantinedAddresses = std::map<Address, ObjectKey>;

// Every object that the sources have reported: a function of the last event of each key, so the
// order of events of different keys does not matter. Also the addresses that the node keeps closed.
// Not thread safe: one strand owns it.
//
// A policy that exceeds its budget is kept as malformed, without its rules.
class ClusterState {
 public:
  using Pods = std::map<ObjectKey, std::shared_ptr<const Pod>>;
  using Namespaces = std::map<std::string, std::shared_ptr<const Namespace>, std::less<>>;
  using Policies = std::map<ObjectKey, std::shared_ptr<const NetworkPolicy>>;
  using Excesses = std::map<ObjectKey, std::string>;

  ClusterState() = default;
  explicit ClusterState(const Budgets& budgets) : budgets_(budgets) {}

  // None if the event changed nothing.
  std::optional<Change> apply(const Event& event);

  // Its lists, then its events; calls on_change for each change.
  void apply(const Update& update, const OnChange& on_change = {});

  // Closes an address that this node still has, or opens it again. It stays closed whoever claims
  // it: the caller knows when a pod of this node does (IncrementalCompiler).
  void quarantine(const Address& address, const ObjectKey& former_pod);
  void release(const Address& address);

  const QuarantinedAddresses& quarantined() const { return quarantined_; }
  const Pods& pods() const { return pods_; }
  const Namespaces& namespaces() const { return namespaces_; }
  const Policies& policies() const { return policies_; }
  std::size_t count(Kind kind) const;

  const Budgets& budgets() const { return budgets_; }
  const Excesses& excesses() const { return excesses_; }  // policies over their budget, and why

  // Why the policies, of this cluster, cannot be enforced together on one direction of a pod with
  // these ports and an address of the family, as the engine would find. None: they can.
  std::optional<std::string> profile_excess(Direction direction, Family family,
                                            const std::vector<const NetworkPolicy*>& policies,
                                            const std::vector<NamedPort>& ports) const;

 private:
  std::vector<ObjectKey> gone_from(const Replace& list) const;  // known, but not in it
  std::shared_ptr<const NetworkPolicy> within_budget(
      const ObjectKey& key, const std::shared_ptr<const NetworkPolicy>& policy);

  Budgets budgets_;
  Pods pods_;
  Namespaces namespaces_;
  Policies policies_;
  QuarantinedAddresses quarantined_;
  Excesses excesses_;

  // Results of profile_excess(), until an object changes.
  using Profile =
      std::tuple<Direction, Family, std::vector<const NetworkPolicy*>, std::vector<NamedPort>>;
  mutable std::map<Profile, std::optional<std::string>> profile_excesses_;
};

}  // namespace portcullis

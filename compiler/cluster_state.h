#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "compiler/budget.h"
#include "compiler/event.h"
#include "compiler/objects.h"
#include "compiler/profile.h"

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
//
// A policy that exceeds its budget is kept as a malformed one, without its rules.
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

  const Pods& pods() const { return pods_; }
  const Namespaces& namespaces() const { return namespaces_; }
  const Policies& policies() const { return policies_; }

  const Budgets& budgets() const { return budgets_; }
  const Excesses& excesses() const { return excesses_; }  // policies over their budget, and why

  // Why the policies, of this cluster, cannot be enforced together on one direction of a pod with
  // these ports and an address of the family, as compile() finds it. None: they can.
  std::optional<std::string> profile_excess(Direction direction, Family family,
                                            const std::vector<const NetworkPolicy*>& policies,
                                            const std::vector<NamedPort>& ports) const;

 private:
  std::shared_ptr<const NetworkPolicy> within_budget(
      const ObjectKey& key, const std::shared_ptr<const NetworkPolicy>& policy);

  Budgets budgets_;
  Pods pods_;
  Namespaces namespaces_;
  Policies policies_;
  Excesses excesses_;

  // Of profile_excess(), until an object changes.
  using Profile =
      std::tuple<Direction, Family, std::vector<const NetworkPolicy*>, std::vector<NamedPort>>;
  mutable std::map<Profile, std::optional<std::string>> profile_excesses_;
};

}  // namespace portcullis

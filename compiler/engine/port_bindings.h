#pragma once

#include <set>
#include <vector>

#include "compiler/binding/bind_ports.h"
#include "compiler/binding/binding_rules.h"
#include "compiler/ruleset/delta.h"
#include "compiler/ruleset/ruleset_size.h"

namespace portcullis {

// Binds the interfaces of this node's pods to their addresses, as long as it knows interfaces. Its
// objects are few, some for each interface, so that they are made anew for each change.
class PortBindings {
 public:
  explicit PortBindings(BindingOptions options) : options_(std::move(options)) {}

  void set_ports(PodPorts ports);

  // What the kernel's rules bound before this daemon. Once, before the first take().
  void recover(BoundInterfaces interfaces);

  // A pod of this node has got, lost, or changed an address.
  void mark_changed() { changed_ = !ports_.empty() || changed_; }

  // Binds anew after a change. Returns the addresses that have become contested, or are no longer.
  std::vector<Address> settle(const Claims& claims);

  const Bindings& bindings() const { return bindings_; }
  bool is_contested(const Address& address) const { return bindings_.contested.contains(address); }

  // Adds what has happened since the last call.
  void take(Delta& delta);

  void print(Ruleset& ruleset) const;     // adds everything
  void measure(RulesetSize& size) const;  // adds the same

 private:
  const BindingOptions options_;
  PodPorts ports_;
  BoundInterfaces recovered_;  // until there are ports
  bool changed_ = false;
  Bindings bindings_;
  Ruleset told_;  // as of the last take()
};

}  // namespace portcullis

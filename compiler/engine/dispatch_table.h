#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "compiler/engine/object_registry.h"
#include "compiler/policy/forward_chain.h"

namespace portcullis {

// Which chains decide for which addresses of this node: the constant chains, and the elements of
// the maps that they look up. While any address is isolated, those that do not identify a sender
// are, too (see anonymous_address.h).
class DispatchTable {
 public:
  // `objects` must outlive it.
  explicit DispatchTable(ObjectRegistry& objects) : objects_(objects) {}
  DispatchTable(const DispatchTable&) = delete;
  DispatchTable& operator=(const DispatchTable&) = delete;

  // None: nothing is enforced on the address, which must not be an anonymous one.
  void set(const Address& address, std::optional<ChainNames> chains);

  // Call after the last set() and before take(): isolates the anonymous addresses while any address
  // is isolated.
  void settle();

  // Adds what has happened since the last call; the first one makes the table.
  void take(Delta& delta);

  // Add everything, once there was a first take().
  void print(Ruleset& ruleset) const;
  void measure(RulesetSize& size) const;

 private:
  const ChainNames* take_out(const Address& address);  // what it had; null: nothing

  ObjectRegistry& objects_;
  Dispatch dispatch_;
  Dispatch gone_;                                              // from it, and
  Dispatch came_;                                              // into it, since the last take()
  std::array<std::size_t, kDirections.size()> isolated_{};     // addresses of local pods
  std::array<ActiveObject*, kDirections.size()> anonymous_{};  // null: nobody is isolated
  bool exists_ = false;                                        // since the first take()
};

}  // namespace portcullis

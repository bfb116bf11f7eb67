#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "compiler/cluster/address_owner.h"
#include "compiler/model/pod_port.h"

// Which pod is behind which interface. The kernel says which addresses are behind an interface, and
// the API says whose these are; neither alone tells who sends.
namespace portcullis {

// A pod, and not a later one of its name.
struct PodIdentity {
  ObjectKey key;
  std::uint64_t uid = 0;  // as of Pod

  bool operator==(const PodIdentity&) const = default;
};

// An interface that is a pod's: only packets with these sources pass it.
struct BoundPort {
  std::string interface;
  std::string bridge;            // as of PodPort
  int network_namespace = 0;     // as of PodPort
  ObjectKey pod;                 // empty: unknown, so that it is closed
  std::vector<Address> sources;  // that the API gives to the pod; sorted; none while it is closed
  PodIdentity last{};            // that pod, or while it is closed the last one; empty: unknown

  bool operator==(const BoundPort&) const = default;
};

struct Bindings {
  std::map<int, BoundPort> ports;  // by index; those that are not here are no pod's
  // Of pods that several network namespaces may be: whose is whose is unknown.
  std::set<Address> contested;

  bool operator==(const Bindings&) const = default;
};

// What is known of pods.
struct Claims {
  std::function<AddressOwner(const Address&)> subject_of;                 // see subject_among()
  std::function<std::shared_ptr<const Pod>(const ObjectKey&)> local_pod;  // null: gone, or finished
};

// A namespace is the pod's that claims an address behind it. An address that others put into
// theirs, too, does not make them this pod, as long as they are one of their own. `before` is the
// last result: a namespace that was a pod's stays it while that pod exists, whatever addresses it
// has, and is closed afterwards until another pod claims one of its addresses.
Bindings bind_ports(const PodPorts& ports, const Bindings& before, const Claims& claims);

// By an interface's name the addresses that a ruleset lets in; none: it is closed.
using BoundInterfaces = std::map<std::string, std::set<Address>>;

// What a daemon that has restarted can know of the result before: these interfaces were pods', and
// each was the pod's that has its addresses, unless another namespace has these now.
Bindings recall(const PodPorts& ports, const BoundInterfaces& interfaces, const Claims& claims);

}  // namespace portcullis

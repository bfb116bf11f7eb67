#pragma once

#include <string>
#include <vector>

#include "compiler/base/address.h"

namespace portcullis {

// An interface of this node with another network namespace behind it, as the kernel reports it:
// one end of a veth. Whether that namespace is a pod's is not known here. A value.
struct PodPort {
  int index = 0;              // never used again while the node runs
  std::string interface;      // its name, which may change
  std::string bridge;         // of which it is a port; empty: what it receives is routed
  int network_namespace = 0;  // that is behind it: this node's number for it
  // That namespace's, except link-local and loopback; sorted, unique. Of very many, all that pods
  // of this node claim, and some others.
  std::vector<Address> addresses;

  bool operator==(const PodPort&) const = default;
};

// All of them; sorted by index.
using PodPorts = std::vector<PodPort>;

}  // namespace portcullis

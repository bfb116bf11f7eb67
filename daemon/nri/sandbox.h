#pragma once

#include <string>
#include <vector>

#include "compiler/base/address.h"
#include "compiler/model/selector.h"

namespace portcullis::nri {

// A pod as its container runtime describes it: the sandbox that its containers share. Only `id` is
// never empty. A pod that is started again in place gets another sandbox with the same uid.
struct Sandbox {    // NOLINT(bugprone-exception-escape): Boost 1.74 does not promise that maps move
  std::string id;   // the runtime's
  std::string uid;  // the pod's metadata.uid; of a static pod the hash of its configuration
  std::string ns;   // its namespace
  std::string name;  // its name

  // The pod's own labels: without those that kubelet and runtime add, whose keys decode_sandbox.cpp
  // lists. Labels of the runtime's pause image may be among them.
  Labels labels;

  // The file of the pod's network namespace, in the runtime's mount namespace. Empty: the pod has
  // the node's network, or its own is gone already, as when the sandbox is removed.
  std::string network_namespace;

  // In the runtime's order. Empty before containerd 2.1, and without a network namespace:
  // containerd still names the addresses of a sandbox that has stopped, and another pod may have
  // them by then.
  std::vector<Address> addresses;

  bool operator==(const Sandbox&) const = default;
};

}  // namespace portcullis::nri

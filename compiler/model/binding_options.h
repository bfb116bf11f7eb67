#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/address.h"

namespace portcullis {

// How to tell what could be a pod of this node from everything else, before it is known.
struct PodMarks {
  std::vector<std::string> interfaces{};  // names, or prefixes of names with `*` at the end
  std::vector<Cidr> blocks{};             // not /0

  bool empty() const { return interfaces.empty() && blocks.empty(); }
};

// What pods may do besides sending from their own addresses.
struct BindingOptions {
  std::vector<Cidr> allowed_sources;  // any pod may use these; not /0
  bool tunnels = false;  // they may send what a node could take for a packet of its overlay network
  std::optional<std::uint16_t> log_group{};  // of nfnetlink_log: what is dropped is told there
  PodMarks unknown_pods{};  // what has one of these, and is no known pod, is closed
};

}  // namespace portcullis

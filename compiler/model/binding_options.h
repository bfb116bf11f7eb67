#pragma once

#include <vector>

#include "compiler/base/address.h"

namespace portcullis {

// What pods may do besides sending from their own addresses.
struct BindingOptions {
  std::vector<Cidr> allowed_sources;  // any pod may use these; not /0
  bool tunnels = false;  // they may send what a node could take for a packet of its overlay network
};

}  // namespace portcullis

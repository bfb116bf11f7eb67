#pragma once

#include <vector>

#include "compiler/base/address.h"

namespace portcullis {

// What pods may do besides sending from their own addresses.
struct BindingOptions {
  std::vector<Cidr> allowed_sources;  // any pod may use these; not /0
  // Send what nodes may take for packets of their own tunnels, with others inside.
  bool tunnels = false;
};

}  // namespace portcullis

#pragma once

#include <cstdint>
#include <vector>

#include "compiler/interval.h"
#include "compiler/objects.h"

namespace portcullis {

// Destination ports of any protocol, in canonical form. One value is `protocol << 16 | port`, so
// the ranges of one protocol never touch those of another (TCP, UDP and SCTP are no neighbours).
using PortSet = std::vector<Interval<std::uint32_t>>;

Interval<std::uint32_t> port_interval(Protocol protocol, PortRange ports);

}  // namespace portcullis

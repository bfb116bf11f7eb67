#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/base/interval.h"
#include "compiler/model/objects.h"

namespace portcullis {

// Destination ports of any protocol, in canonical form. A value is `protocol << 16 | port`, so
// ranges of different protocols never touch (TCP, UDP and SCTP are not adjacent).
using PortSet = std::vector<Interval<std::uint32_t>>;

Interval<std::uint32_t> port_interval(Protocol protocol, PortRange ports);

// Ports, and the cost of one more class that contains them, in bytes.
struct WeightedPorts {
  PortSet ports;
  std::size_t weight = 0;
};

// The ports that exactly the same port sets contain.
struct PortClass {
  std::vector<std::size_t> members;  // indices of those sets; ascending
  PortSet ports;

  bool operator==(const PortClass&) const = default;
};

struct PartitionLimits {
  std::size_t classes = 0;
  std::size_t weight = 0;  // of the members of all classes, in bytes
};

// Every port in any of the sets, in exactly one class; sorted by members. The ports in `taken` are
// one class without members. Overlapping sets can have as many members in their classes as the
// square of their number, so the sweep counts, and gives up (none) before it allocates more than
// `limits`.
std::optional<std::vector<PortClass>> partition(const PortSet& taken,
                                                const std::vector<WeightedPorts>& sets,
                                                const PartitionLimits& limits);

}  // namespace portcullis

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/interval.h"
#include "compiler/objects.h"

namespace portcullis {

// Destination ports of any protocol, in canonical form. One value is `protocol << 16 | port`, so
// the ranges of one protocol never touch those of another (TCP, UDP and SCTP are no neighbours).
using PortSet = std::vector<Interval<std::uint32_t>>;

Interval<std::uint32_t> port_interval(Protocol protocol, PortRange ports);

// Ports, and what one more class that has them costs, in bytes.
struct WeightedPorts {
  PortSet ports;
  std::size_t weight = 0;
};

// Ports that the same ones of several port sets have.
struct PortClass {
  std::vector<std::size_t> members;  // of which sets, by their indices; ascending
  PortSet ports;

  bool operator==(const PortClass&) const = default;
};

struct PartitionLimits {
  std::size_t classes = 0;
  std::size_t weight = 0;  // of the members of all classes, in bytes
};

// Every port that any of the sets has, in one class; sorted by the members. The ports in `taken`
// are one class without members, whoever else has them. Overlapping sets can have as many members
// in their classes as the square of their number, so the sweep counts, and gives up (none) beyond
// `limits` before it allocates more than they say.
std::optional<std::vector<PortClass>> partition(const PortSet& taken,
                                                const std::vector<WeightedPorts>& sets,
                                                const PartitionLimits& limits);

}  // namespace portcullis

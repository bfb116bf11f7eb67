#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compiler/interval.h"
#include "compiler/objects.h"

namespace portcullis {

// Destination ports of any protocol, in canonical form. One value is `protocol << 16 | port`, so
// the ranges of one protocol never touch those of another (TCP, UDP and SCTP are no neighbours).
using PortSet = std::vector<Interval<std::uint32_t>>;

Interval<std::uint32_t> port_interval(Protocol protocol, PortRange ports);

// Ports that the same ones of several port sets have.
struct PortClass {
  std::vector<std::size_t> members;  // of which sets, by their indices; ascending, not empty
  PortSet ports;

  bool operator==(const PortClass&) const = default;
};

// Every port that any of the sets has, in one class; sorted by the members.
std::vector<PortClass> partition(const std::vector<PortSet>& sets);

}  // namespace portcullis

#include "compiler/port_set.h"

namespace portcullis {

Interval<std::uint32_t> port_interval(Protocol protocol, PortRange ports) {
  const auto base = static_cast<std::uint32_t>(protocol) << 16;
  return {base | ports.first, base | ports.last};
}

}  // namespace portcullis

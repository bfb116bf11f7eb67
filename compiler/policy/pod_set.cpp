#include "compiler/policy/pod_set.h"

namespace portcullis {

std::optional<ElementKey> key_of(const PodSetPart& part, const Address& address,
                                 const std::vector<NamedPort>& ports) {
  auto key = ElementKey().append(address);
  if (!part.port) return key;
  const auto& [name, protocol] = *part.port;
  const auto* port = find_port(ports, name, protocol);
  if (port == nullptr) return std::nullopt;
  return key.append_port(port->number).append_protocol(static_cast<std::uint8_t>(protocol));
}

}  // namespace portcullis

#pragma once

#include <cstdint>
#include <optional>

#include "compiler/ruleset.h"

namespace portcullis::test {

// What the forward hook sees of a packet.
struct Packet {
  Address source;
  Address destination;
  std::uint8_t protocol = 6;
  std::optional<std::uint16_t> port;  // destination port
  std::uint32_t ct_state = 8;         // NF_CT_STATE_BIT(IP_CT_NEW)
  std::uint8_t hop_limit = 63;
  std::uint8_t icmp_type = 0;
};

// Whether the ruleset lets the packet through the chain `forward`, by nf_tables' own rules: a rule
// is left at the first statement that does not match or whose field the packet has not; `return`
// goes back to the caller; a missing set matches nothing.
bool passes(const Ruleset& ruleset, const Packet& packet);

}  // namespace portcullis::test

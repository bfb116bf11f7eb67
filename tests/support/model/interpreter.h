#pragma once

#include <cstdint>
#include <optional>

#include "compiler/ruleset/ruleset.h"

namespace portcullis::test {

// A packet as the forward hook sees it.
struct Packet {
  Address source;
  Address destination;
  std::uint8_t protocol = 6;
  std::optional<std::uint16_t> port;  // destination port
  std::uint32_t ct_state = 8;         // NF_CT_STATE_BIT(IP_CT_NEW)
  std::uint8_t hop_limit = 63;
  std::uint16_t length = 32;  // after the IPv6 header
  std::uint8_t icmp_type = 0;
  std::uint32_t ct_status = 0;
  // Of its connection, in the packet's family: the initiator, and the responder.
  std::optional<Address> ct_original_source{};
  std::optional<Address> ct_reply_source{};
};

// Whether the ruleset accepts the packet in the chain `forward`, by nf_tables' rules: a rule ends
// at the first statement that does not match or whose field the packet does not have; `return`
// returns to the caller; a missing set matches nothing.
bool passes(const Ruleset& ruleset, const Packet& packet);

}  // namespace portcullis::test

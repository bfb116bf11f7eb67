#pragma once

#include <cstdint>

#include "compiler/ruleset.h"
#include "daemon/netlink/expression.h"

namespace portcullis::nl {

// Where a packet's field lies, and which protocols a rule must have checked before it may look.
struct PayloadField {
  Field field;
  std::uint32_t base;          // NFT_PAYLOAD_NETWORK_HEADER or NFT_PAYLOAD_TRANSPORT_HEADER
  std::uint32_t offset;        // bytes
  std::uint32_t length;        // bytes
  std::uint8_t network = 0;    // NFPROTO_IPV4 or NFPROTO_IPV6; 0: any
  std::uint8_t transport = 0;  // IPPROTO_ICMPV6; 0: any
};

// Null for kL4Proto, which is no payload, and for a load that is of no field of ours.
const PayloadField* find_payload_field(Field field);
const PayloadField* find_payload_field(const LoadPayload& load);

}  // namespace portcullis::nl

#pragma once

#include <cstdint>

#include "compiler/ruleset/ruleset.h"
#include "daemon/netlink/rule/expression.h"

namespace portcullis::nl {

// The place of a packet field, and the protocols that a rule must have checked before loading it.
// Fields at the same place differ in the checks, or in the mask.
struct PayloadField {
  Field field;
  std::uint32_t base;          // NFT_PAYLOAD_NETWORK_HEADER or NFT_PAYLOAD_TRANSPORT_HEADER
  std::uint32_t offset;        // bytes
  std::uint32_t length;        // bytes
  std::uint8_t network = 0;    // NFPROTO_IPV4 or NFPROTO_IPV6; 0: any
  std::uint8_t transport = 0;  // IPPROTO_ICMPV6; 0: any
  Bytes mask{};                // empty: none
};

// A field of the packet's connection. Needs no check: for a connection of the other family it has
// no value, and the rule does not match.
struct ConntrackField {
  Field field;
  std::uint32_t key;       // NFT_CT_SRC_IP or NFT_CT_SRC_IP6
  std::uint8_t direction;  // IP_CT_DIR_ORIGINAL or IP_CT_DIR_REPLY
  std::uint32_t length;    // bytes
};

// Null for fields of another kind.
const PayloadField* find_payload_field(Field field);
const ConntrackField* find_conntrack_field(Field field);

// Null if the load is not one of our fields. `transport` is what the rule has checked before, 0 for
// nothing; `masked` is whether a mask follows.
const PayloadField* find_payload_field(const LoadPayload& load, std::uint8_t transport,
                                       bool masked);
const ConntrackField* find_conntrack_field(const LoadConntrack& load);

}  // namespace portcullis::nl

#pragma once

#include <cstdint>
#include <optional>

#include "compiler/ruleset/ruleset.h"
#include "daemon/netlink/rule/expression.h"

namespace portcullis::nl {

// The place of a packet field, and the protocols that a rule must have checked before loading it.
// Fields at the same place differ in the checks, or in the mask.
struct PayloadField {
  Field field;
  std::uint32_t base;          // NFT_PAYLOAD_{LL,NETWORK,TRANSPORT}_HEADER
  std::uint32_t offset;        // bytes
  std::uint32_t length;        // bytes
  std::uint8_t network = 0;    // NFPROTO_IPV4, NFPROTO_IPV6 or NFPROTO_ARP; 0: any
  std::uint8_t transport = 0;  // IPPROTO_ICMPV6; 0: any
  Bytes mask{};                // empty: none
};

// A field of the packet's connection. Needs no check: for a connection of the other family it has
// no value, and the rule does not match.
struct ConntrackField {
  Field field;
  std::uint32_t key;                      // NFT_CT_*
  std::optional<std::uint8_t> direction;  // of addresses: IP_CT_DIR_ORIGINAL or IP_CT_DIR_REPLY
  std::uint32_t length;                   // bytes
};

// Of what the kernel knows of a packet. Needs no check.
struct MetaField {
  Field field;
  std::uint32_t key;     // NFT_META_*
  std::uint32_t length;  // bytes
};

// Null for fields of another kind.
const PayloadField* find_payload_field(Field field);
const ConntrackField* find_conntrack_field(Field field);
const MetaField* find_meta_field(Field field);

// Null if the load is not one of our fields. `transport` is what the rule has checked before, 0 for
// nothing; `masked` is whether a mask follows.
const PayloadField* find_payload_field(const LoadPayload& load, std::uint8_t transport,
                                       bool masked);
const ConntrackField* find_conntrack_field(const LoadConntrack& load);
const MetaField* find_meta_field(const LoadMeta& load);

}  // namespace portcullis::nl

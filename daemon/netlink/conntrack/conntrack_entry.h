#pragma once

#include <linux/netlink.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/base/address.h"

namespace portcullis::nl {

// One message of a dump of the conntrack table, and pointers into it.
struct ConntrackEntry {
  std::uint8_t family = 0;  // NFPROTO_*
  // Source and destination of both directions; with NAT they differ by more than their order.
  std::array<std::optional<Address>, 4> addresses;
  const nlattr* original = nullptr;  // CTA_TUPLE_ORIG
  const nlattr* zone = nullptr;      // CTA_ZONE; null: the default zone, or one direction's own
  const nlattr* id = nullptr;        // CTA_ID
};

ConntrackEntry decode_conntrack_entry(const nlmsghdr* message);

// A request to delete this entry, and no later one of the same tuple. Nothing if the entry lacks
// the attributes that identify it: a request without them would delete the whole table.
std::optional<std::vector<std::uint8_t>> encode_conntrack_deletion(const ConntrackEntry& entry);

}  // namespace portcullis::nl

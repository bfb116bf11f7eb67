#pragma once

#include <linux/netlink.h>

#include <optional>

#include "daemon/netlink/kernel.h"

namespace portcullis::nl {

// A counter of our table from an NFT_MSG_NEWOBJ. None for counters of other tables and for objects
// of other types.
std::optional<CounterValue> decode_counter(const nlmsghdr* header);

}  // namespace portcullis::nl

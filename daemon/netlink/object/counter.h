#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <optional>

#include "compiler/ruleset/operation.h"
#include "daemon/netlink/object/batch.h"

namespace portcullis::nl {

// Since the counter was created.
struct CounterValue {
  CounterSpec spec;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};

void encode(const AddCounter& add, Batch& batch);
void encode(const DeleteCounter& remove, Batch& batch);

// A counter of our table from an NFT_MSG_NEWOBJ. None for counters of other tables and for objects
// of other types.
std::optional<CounterValue> decode_counter(const nlmsghdr* header);

}  // namespace portcullis::nl

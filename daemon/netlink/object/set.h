#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <optional>

#include "compiler/ruleset/operation.h"
#include "compiler/ruleset/ruleset.h"
#include "daemon/netlink/object/batch.h"

namespace portcullis::nl {

// The NFT_SET_* flags of a set.
std::uint32_t set_flags(const SetSpec& set);

// `id` is unique in the batch; the kernel requires one even if nothing refers to it.
void encode(const AddSet& add, std::uint32_t id, Batch& batch);
void encode(const DeleteSet& remove, Batch& batch);

// A set of our table from an NFT_MSG_NEWSET. None for sets of other tables and anonymous sets,
// which are part of a foreign rule. A set of a kind that we never make is marked as foreign.
std::optional<SetSpec> decode_set(const nlmsghdr* header);

// Makes it differ from every set of ours, since none of ours has an empty key.
void mark_foreign(SetSpec& set, const std::string& why);

}  // namespace portcullis::nl

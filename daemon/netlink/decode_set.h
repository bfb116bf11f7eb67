#pragma once

#include <linux/netlink.h>

#include <optional>

#include "compiler/ruleset.h"

namespace portcullis::nl {

// A set of our table from an NFT_MSG_NEWSET. None for sets of other tables and anonymous sets,
// which are part of a foreign rule. A set of a kind that we never make is marked as foreign.
std::optional<SetSpec> decode_set(const nlmsghdr* header);

// Makes it differ from every set of ours, since none of ours has an empty key.
void mark_foreign(SetSpec& set, const std::string& why);

}  // namespace portcullis::nl

#pragma once

#include <linux/netlink.h>

#include <optional>

#include "compiler/ruleset.h"

namespace portcullis::nl {

// A chain of our table from an NFT_MSG_NEWCHAIN. None for chains of other tables and anonymous
// chains, which are part of a foreign rule.
std::optional<ChainSpec> decode_chain(const nlmsghdr* header);

}  // namespace portcullis::nl

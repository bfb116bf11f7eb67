#pragma once

#include <linux/netlink.h>

#include <optional>

#include "compiler/ruleset/operation.h"
#include "compiler/ruleset/ruleset.h"
#include "daemon/netlink/object/batch.h"

namespace portcullis::nl {

void encode(const AddChain& add, Batch& batch);
void encode(const DeleteChain& remove, Batch& batch);
void encode(const FlushChain& flush, Batch& batch);

// A chain of our table from an NFT_MSG_NEWCHAIN. None for chains of other tables and anonymous
// chains, which are part of a foreign rule.
std::optional<ChainSpec> decode_chain(const nlmsghdr* header);

}  // namespace portcullis::nl

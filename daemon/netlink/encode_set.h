#pragma once

#include <cstdint>

#include "compiler/transaction.h"
#include "daemon/netlink/batch.h"

namespace portcullis::nl {

// The NFT_SET_* flags of a set.
std::uint32_t set_flags(const SetSpec& set);

// `id` is unique in the batch; the kernel requires one even if nothing refers to it.
void encode(const AddSet& add, std::uint32_t id, Batch& batch);
void encode(const DeleteSet& remove, Batch& batch);

}  // namespace portcullis::nl

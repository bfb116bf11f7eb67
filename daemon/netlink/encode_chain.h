#pragma once

#include "compiler/transaction.h"
#include "daemon/netlink/batch.h"

namespace portcullis::nl {

void encode(const AddChain& add, Batch& batch);
void encode(const DeleteChain& remove, Batch& batch);
void encode(const FlushChain& flush, Batch& batch);

}  // namespace portcullis::nl

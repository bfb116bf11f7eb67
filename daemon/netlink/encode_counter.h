#pragma once

#include "compiler/transaction.h"
#include "daemon/netlink/batch.h"

namespace portcullis::nl {

void encode(const AddCounter& add, Batch& batch);
void encode(const DeleteCounter& remove, Batch& batch);

}  // namespace portcullis::nl

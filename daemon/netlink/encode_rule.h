#pragma once

#include <vector>

#include "compiler/result.h"
#include "compiler/transaction.h"
#include "daemon/netlink/batch.h"
#include "daemon/netlink/expression.h"

namespace portcullis::nl {

// The expressions that nft(8) 1.0.6 writes for the rule, with the protocol checks that its fields
// imply. kInvalidInput: a Foreign statement, or a key that exceeds the registers.
[[nodiscard]] Result<std::vector<Expression>> assemble(const Rule& rule);

[[nodiscard]] Result<void> encode(const AddRule& add, Batch& batch);

}  // namespace portcullis::nl

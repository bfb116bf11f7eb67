#pragma once

#include <cstdint>

#include "compiler/base/result.h"
#include "compiler/ruleset/delta.h"
#include "daemon/netlink/object/batch.h"

namespace portcullis::nl {

// The delta as a complete batch whose first message has the given sequence number. It is byte for
// byte what nft(8) 1.0.6 would send, apart from the order of attributes and set ids. kInvalidInput:
// an operation that the kernel's format cannot represent (a name or comment that is too long, a
// Foreign statement); the message names it.
[[nodiscard]] Result<Batch> encode(const Delta& delta, std::uint32_t sequence,
                                   std::uint32_t table_flags = 0);  // NFT_TABLE_F_* of AddTable

}  // namespace portcullis::nl

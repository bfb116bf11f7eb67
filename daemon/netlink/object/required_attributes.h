#pragma once

#include <linux/netlink.h>

namespace portcullis::nl {

// Whether the expressions of a rule, a set or its elements (NFT_MSG_NEWRULE, NFT_MSG_NEWSET,
// NFT_MSG_NEWSETELEM) have names, and jumps their chains, as from the kernel. libnftnl 1.2
// dereferences a null pointer where they do not.
bool has_required_attributes(const nlmsghdr* header);

}  // namespace portcullis::nl

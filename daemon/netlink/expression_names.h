#pragma once

#include <linux/netlink.h>

namespace portcullis::nl {

// Whether each expression of a rule, a set or its elements (NFT_MSG_NEWRULE, NFT_MSG_NEWSET,
// NFT_MSG_NEWSETELEM) has a name. libnftnl 1.2 dereferences a null pointer where one has none.
bool has_expression_names(const nlmsghdr* header);

}  // namespace portcullis::nl

#pragma once

#include "daemon/netlink/expression.h"
#include "daemon/netlink/libnftnl.h"

namespace portcullis::nl {

// Appends the expression to the rule. Aborts on Unknown, which only a kernel dump contains.
void encode_expression(const Expression& expression, nftnl_rule* rule);

}  // namespace portcullis::nl

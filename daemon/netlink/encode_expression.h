#pragma once

#include "daemon/netlink/expression.h"
#include "daemon/netlink/libnftnl.h"

namespace portcullis::nl {

// Appends the expression to the rule. Aborts on Unknown: it came from a kernel dump.
void encode_expression(const Expression& expression, nftnl_rule* rule);

}  // namespace portcullis::nl

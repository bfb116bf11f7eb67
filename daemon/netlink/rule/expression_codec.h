#pragma once

#include <string>

#include "daemon/netlink/object/libnftnl.h"
#include "daemon/netlink/rule/expression.h"

namespace portcullis::nl {

// Appends the expression to the rule. Aborts on Unknown, which only a kernel dump contains.
void encode_expression(const Expression& expression, nftnl_rule* rule);

// Unknown for an expression that we never make, or that has an attribute that ours never have.
Expression decode_expression(const nftnl_expr* expr);

// As libnftnl prints it: "meta load l4proto => reg 1".
std::string to_string(const nftnl_expr* expr);

}  // namespace portcullis::nl

#pragma once

#include <string>

#include "daemon/netlink/expression.h"
#include "daemon/netlink/libnftnl.h"

namespace portcullis::nl {

// Unknown for an expression that we never make, or that has an attribute that ours never have.
Expression decode_expression(const nftnl_expr* expr);

// As libnftnl prints it: "meta load l4proto => reg 1".
std::string to_string(const nftnl_expr* expr);

}  // namespace portcullis::nl

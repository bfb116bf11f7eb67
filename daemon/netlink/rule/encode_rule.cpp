#include "daemon/netlink/rule/expression_codec.h"
#include "daemon/netlink/rule/rule.h"

namespace portcullis::nl {
namespace {

constexpr std::size_t kMaxExpressions = 128;  // NFT_RULE_MAXEXPRS of the kernel

}  // namespace

// NFT_MSG_NEWRULE
//
//     +-----------------+-----------------+-----------------------------------------+
//     | NFTA_RULE_TABLE | NFTA_RULE_CHAIN | NFTA_RULE_EXPRESSIONS { expression... }  |
//     +-----------------+-----------------+-----------------------------------------+
//
Result<void> encode(const AddRule& add, Batch& batch) {
  auto expressions = assemble(add.rule, table_of(add.chain));
  if (!expressions) return tl::unexpected(std::move(expressions.error()));
  if (expressions->size() > kMaxExpressions) {
    return failure(ErrorCode::kInvalidInput,
                   std::string("a rule of chain ") + local_name(add.chain) + " is too long");
  }
  const RuleObject rule(allocated(nftnl_rule_alloc()));
  nftnl_rule_set_str(rule.get(), NFTNL_RULE_TABLE, kTableName);
  nftnl_rule_set_str(rule.get(), NFTNL_RULE_CHAIN, local_name(add.chain));
  for (const Expression& expression : *expressions) encode_expression(expression, rule.get());
  batch.add(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND,
            [&](nlmsghdr* header) { nftnl_rule_nlmsg_build_payload(header, rule.get()); });
  return {};
}

}  // namespace portcullis::nl

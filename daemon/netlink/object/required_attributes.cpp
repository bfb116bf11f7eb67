#include "daemon/netlink/object/required_attributes.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <cstdint>
#include <string_view>

namespace portcullis::nl {
namespace {

// Stops at the first attribute of which `data`, a Test, is not true.
template <class Test>
int look_at(const nlattr* attribute, void* data) {
  return (*static_cast<Test*>(data))(attribute) ? MNL_CB_OK : MNL_CB_ERROR;
}

template <class Test>
bool all_nested(const nlattr* nest, Test test) {
  return mnl_attr_parse_nested(nest, look_at<Test>, &test) != MNL_CB_ERROR;
}

// The first one of this type; null: there is none.
const nlattr* find(const nlattr* nest, int type) {
  const nlattr* found = nullptr;
  if (nest == nullptr) return found;
  all_nested(nest, [&](const nlattr* each) {
    if (mnl_attr_get_type(each) == type) found = each;
    return found == nullptr;
  });
  return found;
}

// `data` may be null, and need not hold a verdict.
bool is_verdict_complete(const nlattr* data) {
  const auto* verdict = find(data, NFTA_DATA_VERDICT);
  const auto* code = find(verdict, NFTA_VERDICT_CODE);
  if (code == nullptr || mnl_attr_validate(code, MNL_TYPE_U32) < 0) return verdict == nullptr;
  const auto kind = static_cast<std::int32_t>(ntohl(mnl_attr_get_u32(code)));
  return (kind != NFT_JUMP && kind != NFT_GOTO) || find(verdict, NFTA_VERDICT_CHAIN) != nullptr;
}

bool is_expression_complete(const nlattr* expression) {
  const auto* name = find(expression, NFTA_EXPR_NAME);
  if (name == nullptr) return false;
  const std::string_view text(mnl_attr_get_str(name), mnl_attr_get_payload_len(name));
  if (!text.starts_with("immediate")) return true;
  return is_verdict_complete(find(find(expression, NFTA_EXPR_DATA), NFTA_IMMEDIATE_DATA));
}

bool are_expressions_complete(const nlattr* list) {
  return all_nested(list, is_expression_complete);
}

bool is_element_complete(const nlattr* element) {
  return all_nested(element, [](const nlattr* part) {
    switch (mnl_attr_get_type(part)) {
      case NFTA_SET_ELEM_DATA:
        return is_verdict_complete(part);
      case NFTA_SET_ELEM_EXPR:
        return is_expression_complete(part);
      case NFTA_SET_ELEM_EXPRESSIONS:
        return are_expressions_complete(part);
      default:
        return true;
    }
  });
}

bool is_attribute_complete(unsigned message, const nlattr* attribute) {
  const int type = mnl_attr_get_type(attribute);
  switch (message) {
    case NFT_MSG_NEWRULE:
      return type != NFTA_RULE_EXPRESSIONS || are_expressions_complete(attribute);
    case NFT_MSG_NEWSET:
      if (type == NFTA_SET_EXPR) return is_expression_complete(attribute);
      return type != NFTA_SET_EXPRESSIONS || are_expressions_complete(attribute);
    case NFT_MSG_NEWSETELEM:
      return type != NFTA_SET_ELEM_LIST_ELEMENTS || all_nested(attribute, is_element_complete);
    default:
      return true;
  }
}

}  // namespace

bool has_required_attributes(const nlmsghdr* header) {
  auto test = [&](const nlattr* attribute) {
    return is_attribute_complete(NFNL_MSG_TYPE(header->nlmsg_type), attribute);
  };
  return mnl_attr_parse(header, sizeof(nfgenmsg), look_at<decltype(test)>, &test) != MNL_CB_ERROR;
}

}  // namespace portcullis::nl

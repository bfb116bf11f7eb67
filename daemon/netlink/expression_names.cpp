#include "daemon/netlink/expression_names.h"

#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

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

bool is_named(const nlattr* expression) {
  return !all_nested(expression,
                     [](const nlattr* part) { return mnl_attr_get_type(part) != NFTA_EXPR_NAME; });
}

bool are_named(const nlattr* list) { return all_nested(list, is_named); }

bool is_element_named(const nlattr* element) {
  return all_nested(element, [](const nlattr* part) {
    switch (mnl_attr_get_type(part)) {
      case NFTA_SET_ELEM_EXPR:
        return is_named(part);
      case NFTA_SET_ELEM_EXPRESSIONS:
        return are_named(part);
      default:
        return true;
    }
  });
}

bool is_attribute_named(unsigned message, const nlattr* attribute) {
  const int type = mnl_attr_get_type(attribute);
  switch (message) {
    case NFT_MSG_NEWRULE:
      return type != NFTA_RULE_EXPRESSIONS || are_named(attribute);
    case NFT_MSG_NEWSET:
      if (type == NFTA_SET_EXPR) return is_named(attribute);
      return type != NFTA_SET_EXPRESSIONS || are_named(attribute);
    case NFT_MSG_NEWSETELEM:
      return type != NFTA_SET_ELEM_LIST_ELEMENTS || all_nested(attribute, is_element_named);
    default:
      return true;
  }
}

}  // namespace

bool has_expression_names(const nlmsghdr* header) {
  auto test = [&](const nlattr* attribute) {
    return is_attribute_named(NFNL_MSG_TYPE(header->nlmsg_type), attribute);
  };
  return mnl_attr_parse(header, sizeof(nfgenmsg), look_at<decltype(test)>, &test) != MNL_CB_ERROR;
}

}  // namespace portcullis::nl

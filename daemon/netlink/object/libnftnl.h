#pragma once

#include <netinet/in.h>  // before the kernel's headers, which yield to it

#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/gen.h>
#include <libnftnl/object.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include <cstdlib>
#include <memory>
#include <string_view>

// Owners of libnftnl's objects. An expression or set element that was added to a rule or set
// belongs to it.
namespace portcullis::nl {

template <auto kFree>
struct Release {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using TableObject = std::unique_ptr<nftnl_table, Release<nftnl_table_free>>;
using SetObject = std::unique_ptr<nftnl_set, Release<nftnl_set_free>>;
using ChainObject = std::unique_ptr<nftnl_chain, Release<nftnl_chain_free>>;
using RuleObject = std::unique_ptr<nftnl_rule, Release<nftnl_rule_free>>;
using CounterObject = std::unique_ptr<nftnl_obj, Release<nftnl_obj_free>>;
using GenerationObject = std::unique_ptr<nftnl_gen, Release<nftnl_gen_free>>;

// libnftnl allocates with malloc(): running out of memory aborts, as it does with new.
template <class T>
T* allocated(T* object) {
  if (object == nullptr) std::abort();
  return object;
}

// A string attribute, which libnftnl returns as null if the message lacks it.
inline std::string_view text_of(const char* attribute) {
  return attribute == nullptr ? std::string_view() : attribute;
}

}  // namespace portcullis::nl

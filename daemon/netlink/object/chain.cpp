#include "daemon/netlink/object/chain.h"

#include <libnftnl/udata.h>

#include <string_view>

#include "daemon/netlink/object/libnftnl.h"
#include "daemon/netlink/object/userdata.h"

namespace portcullis::nl {
namespace {

ChainObject chain_named(const std::string& name) {
  ChainObject chain(allocated(nftnl_chain_alloc()));
  nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_TABLE, kTableName);
  nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_NAME, local_name(name));
  return chain;
}

void set_base(const BaseChain& base, nftnl_chain* chain) {
  nftnl_chain_set_str(chain, NFTNL_CHAIN_TYPE, base.type.c_str());
  nftnl_chain_set_u32(chain, NFTNL_CHAIN_HOOKNUM, base.hook);
  nftnl_chain_set_s32(chain, NFTNL_CHAIN_PRIO, base.priority);
  nftnl_chain_set_u32(chain, NFTNL_CHAIN_POLICY, base.policy);
}

std::optional<BaseChain> base_of(const nftnl_chain* chain) {
  if (!nftnl_chain_is_set(chain, NFTNL_CHAIN_HOOKNUM)) return {};
  const auto type = text_of(nftnl_chain_get_str(chain, NFTNL_CHAIN_TYPE));
  return BaseChain{std::string(type), nftnl_chain_get_u32(chain, NFTNL_CHAIN_HOOKNUM),
                   nftnl_chain_get_s32(chain, NFTNL_CHAIN_PRIO),
                   nftnl_chain_get_u32(chain, NFTNL_CHAIN_POLICY)};
}

bool is_anonymous(const nftnl_chain* chain) {
  return nftnl_chain_is_set(chain, NFTNL_CHAIN_FLAGS) &&
         (nftnl_chain_get_u32(chain, NFTNL_CHAIN_FLAGS) & NFT_CHAIN_BINDING) != 0;
}

}  // namespace

// NFT_MSG_NEWCHAIN
//
//     +------------------+-----------------+---------------------+
//     | NFTA_CHAIN_TABLE | NFTA_CHAIN_NAME | NFTA_CHAIN_USERDATA |
//     +------------------+-----------------+---------------------+
//
// and for a base chain
//
//     +------------------------------------+-------------------+-----------------+
//     | NFTA_CHAIN_HOOK { number, prio }   | NFTA_CHAIN_POLICY | NFTA_CHAIN_TYPE |
//     +------------------------------------+-------------------+-----------------+
//
void encode(const AddChain& add, Batch& batch) {
  const ChainObject chain = chain_named(add.chain.name);
  if (add.chain.base) set_base(*add.chain.base, chain.get());
  Userdata userdata;
  append_comment(userdata, NFTNL_UDATA_CHAIN_COMMENT, add.chain.comment);
  set_userdata<nftnl_chain_set_data>(chain.get(), NFTNL_CHAIN_USERDATA, userdata);
  batch.add(NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_EXCL,
            [&](nlmsghdr* header) { nftnl_chain_nlmsg_build_payload(header, chain.get()); });
}

// NFT_MSG_DELCHAIN: | NFTA_CHAIN_TABLE | NFTA_CHAIN_NAME |
void encode(const DeleteChain& remove, Batch& batch) {
  const ChainObject chain = chain_named(remove.name);
  batch.add(NFT_MSG_DELCHAIN, 0,
            [&](nlmsghdr* header) { nftnl_chain_nlmsg_build_payload(header, chain.get()); });
}

// NFT_MSG_DELRULE: | NFTA_RULE_TABLE | NFTA_RULE_CHAIN |; no handle means every rule
void encode(const FlushChain& flush, Batch& batch) {
  const RuleObject rule(allocated(nftnl_rule_alloc()));
  nftnl_rule_set_str(rule.get(), NFTNL_RULE_TABLE, kTableName);
  nftnl_rule_set_str(rule.get(), NFTNL_RULE_CHAIN, local_name(flush.chain));
  batch.add(NFT_MSG_DELRULE, 0,
            [&](nlmsghdr* header) { nftnl_rule_nlmsg_build_payload(header, rule.get()); });
}

std::optional<ChainSpec> decode_chain(const nlmsghdr* header) {
  const ChainObject chain(allocated(nftnl_chain_alloc()));
  if (nftnl_chain_nlmsg_parse(header, chain.get()) < 0) return {};
  const auto table = text_of(nftnl_chain_get_str(chain.get(), NFTNL_CHAIN_TABLE));
  if (table != kTableName || is_anonymous(chain.get())) return {};
  return ChainSpec{
      name_in(table_family(header), text_of(nftnl_chain_get_str(chain.get(), NFTNL_CHAIN_NAME))),
      base_of(chain.get()),
      comment_of<nftnl_chain_get_data>(chain.get(), NFTNL_CHAIN_USERDATA,
                                       NFTNL_UDATA_CHAIN_COMMENT)};
}

}  // namespace portcullis::nl

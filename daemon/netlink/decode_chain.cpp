#include "daemon/netlink/decode_chain.h"

#include <libnftnl/udata.h>

#include <string_view>

#include "daemon/netlink/libnftnl.h"
#include "daemon/netlink/userdata.h"

namespace portcullis::nl {
namespace {

std::optional<BaseChain> base_of(const nftnl_chain* chain) {
  if (!nftnl_chain_is_set(chain, NFTNL_CHAIN_HOOKNUM)) return {};
  const auto type = text_of(nftnl_chain_get_str(chain, NFTNL_CHAIN_TYPE));
  return BaseChain{std::string(type), nftnl_chain_get_u32(chain, NFTNL_CHAIN_HOOKNUM),
                   nftnl_chain_get_s32(chain, NFTNL_CHAIN_PRIO),
                   nftnl_chain_get_u32(chain, NFTNL_CHAIN_POLICY)};
}

std::string comment_of(const nftnl_chain* chain) {
  std::uint32_t size = 0;
  const void* data = nftnl_chain_get_data(chain, NFTNL_CHAIN_USERDATA, &size);
  if (data == nullptr) return {};
  return find_comment({static_cast<const std::uint8_t*>(data), size}, NFTNL_UDATA_CHAIN_COMMENT);
}

bool is_anonymous(const nftnl_chain* chain) {
  return nftnl_chain_is_set(chain, NFTNL_CHAIN_FLAGS) &&
         (nftnl_chain_get_u32(chain, NFTNL_CHAIN_FLAGS) & NFT_CHAIN_BINDING) != 0;
}

}  // namespace

std::optional<ChainSpec> decode_chain(const nlmsghdr* header) {
  const ChainObject chain(allocated(nftnl_chain_alloc()));
  if (nftnl_chain_nlmsg_parse(header, chain.get()) < 0) return {};
  const auto table = text_of(nftnl_chain_get_str(chain.get(), NFTNL_CHAIN_TABLE));
  if (table != kTableName || is_anonymous(chain.get())) return {};
  return ChainSpec{std::string(text_of(nftnl_chain_get_str(chain.get(), NFTNL_CHAIN_NAME))),
                   base_of(chain.get()), comment_of(chain.get())};
}

}  // namespace portcullis::nl

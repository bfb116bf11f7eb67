#pragma once

#include <linux/netfilter/nf_tables.h>

#include <cstdint>
#include <string>

#include "daemon/netlink/object/libnftnl.h"
#include "daemon/netlink/table/kernel.h"
#include "daemon/netlink/wire/socket.h"

// Tables that belong to a netlink socket: until it is closed only it may change them.
namespace portcullis::nl {

inline constexpr std::uint32_t kPersist = 1U << 2U;  // NFT_TABLE_F_PERSIST, since Linux 6.9
inline constexpr std::uint32_t kOwnedTable = NFT_TABLE_F_OWNER | kPersist;

// Whether the kernel supports owned tables that outlive their owner: with ownership alone (Linux
// 5.12 to 6.8) they disappear with it. Tested with a batch that the kernel always rejects.
bool can_own(Socket& socket);

// The owner of a table, from the view of the socket with that port.
TableOwner owner_of(const nftnl_table* table, std::uint32_t port);

}  // namespace portcullis::nl

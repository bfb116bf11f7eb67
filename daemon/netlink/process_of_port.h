#pragma once

#include <cstdint>
#include <string>

namespace portcullis::nl {

// Who has the NETLINK_NETFILTER socket of that port in this network namespace, for people: "nft
// (process 4711)". Processes that /proc does not show, as of other containers, are "netlink port
// 4711": the kernel makes the process's id the port of its first socket.
std::string process_of_port(std::uint32_t port);

}  // namespace portcullis::nl

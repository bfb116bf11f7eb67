#pragma once

#include <cstdint>
#include <string>

namespace portcullis::nl {

// The process with the NETLINK_NETFILTER socket of that port in this network namespace, for people:
// "nft (process 4711)". Processes that /proc does not show, such as those of other containers, are
// "netlink port 4711": the kernel uses the process id as the port of its first socket.
std::string process_of_port(std::uint32_t port);

}  // namespace portcullis::nl

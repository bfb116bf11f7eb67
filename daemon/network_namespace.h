#pragma once

#include <optional>
#include <string>

namespace portcullis {

// The inode number of this thread's network namespace (/proc/thread-self/ns/net), which no other
// live one has. None: /proc does not show it.
std::optional<std::string> network_namespace_id();

// This boot of the kernel and this network namespace: what nf_tables holds here lives exactly as
// long. Empty: /proc does not tell.
std::string life_of_tables();

}  // namespace portcullis

#pragma once

#include <optional>
#include <string>

namespace portcullis {

// The inode number of this thread's network namespace (/proc/thread-self/ns/net), unique among live
// ones. None: /proc does not show it.
std::optional<std::string> network_namespace_id();

// Identifies this boot of the kernel and this network namespace: the lifetime of its nf_tables
// state. Empty: /proc does not show it.
std::string life_of_tables();

}  // namespace portcullis

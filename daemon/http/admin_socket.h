#pragma once

#include <string>

#include "compiler/base/result.h"

namespace portcullis {

// A listening unix stream socket at `path`, created with mode 0600. See AdminServer::open for what
// is replaced and what is rejected. The caller owns the descriptor.
[[nodiscard]] Result<int> listen_for_root(const std::string& path);

// True if the peer of the connection is root or this process's own user.
bool peer_is_trusted(int fd);

}  // namespace portcullis

#pragma once

#include <string>

#include "compiler/base/result.h"

namespace portcullis::nri {

// A non-blocking connection to the unix stream socket at `path`, which the caller owns. kNotFound:
// there is no such file. kPermission: it may not be opened, or is served by a user who is neither
// root nor our own. kIo: nobody listens, or another failure. Never waits.
[[nodiscard]] Result<int> connect_to(const std::string& path);

}  // namespace portcullis::nri

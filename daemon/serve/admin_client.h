#pragma once

#include <chrono>
#include <string>

#include "compiler/base/result.h"
#include "daemon/serve/admin_server.h"

namespace portcullis {

inline constexpr std::chrono::seconds kPatience{10};  // a busy daemon compiles first

// GETs `target` from the daemon at the unix socket `path`; blocks for at most `patience`. Errors:
// there is no daemon, no permission, or (kTimeout) no answer in time; otherwise the daemon's reason
// for a status other than 200: kInvalidInput, kNotFound, kConflict.
[[nodiscard]] Result<AdminReply> ask_daemon(const std::string& path, const std::string& target,
                                            std::chrono::seconds patience = kPatience);

}  // namespace portcullis

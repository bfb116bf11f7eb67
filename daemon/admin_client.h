#pragma once

#include <string>

#include "compiler/result.h"
#include "daemon/admin_server.h"

namespace portcullis {

// GETs `target` from the daemon at the unix socket `path`, blocking. Errors say whether there is
// no daemon, no permission, or no answer in time; kConflict: the daemon's reason for not answering
// (a status other than 200).
[[nodiscard]] Result<AdminReply> ask_daemon(const std::string& path, const std::string& target);

}  // namespace portcullis

#pragma once

#include <string>

#include "daemon/admin_server.h"
#include "daemon/options.h"
#include "daemon/reconciler.h"

namespace portcullis {

// Where the daemon serves what: "/v1/ruleset?format=nft", "/v1/diff".
std::string ruleset_target(Format format);
inline constexpr const char* kDiffTarget = "/v1/diff";

// The daemon's answer: the desired ruleset printed; or the operations that turn the kernel's table
// into it, nothing if they are equal. 503 with the reason while there is none, 404 for the rest.
AdminReply answer_admin(const std::string& target, Reconciler& reconciler);

}  // namespace portcullis

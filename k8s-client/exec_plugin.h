#pragma once

#include <chrono>
#include <string>

#include "compiler/result.h"
#include "k8s-client/cluster_access.h"

namespace portcullis::k8s {

// Runs a plugin and returns what it has printed. It gets this process's environment, what its
// entry adds to it, and KUBERNETES_EXEC_INFO; no input, and no other open files. Blocks until it
// has ended and closed its output; after `limit` it is killed, with what it has started. Any thread
// may call this, also several at once.
//
// kNotFound: there is no such program. kIo: it failed, or took too long; the message has its exit
// code and what it has written to its standard error.
[[nodiscard]] Result<std::string> run_exec_plugin(const ExecPlugin& plugin, const std::string& info,
                                                  std::chrono::milliseconds limit);

}  // namespace portcullis::k8s

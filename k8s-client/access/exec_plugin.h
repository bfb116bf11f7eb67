#pragma once

#include <chrono>
#include <string>

#include "compiler/base/result.h"
#include "k8s-client/access/cluster_access.h"

namespace portcullis::k8s {

// Runs a plugin and returns its output. It gets this process's environment, the additions of its
// entry, and KUBERNETES_EXEC_INFO; no input, and no other open files. Blocks until it has exited
// and closed its output; after `limit` it is killed with its children. May be called from any
// thread, also concurrently.
//
// kNotFound: there is no such program. kIo: it failed, or took too long; the message has its exit
// code and its standard error.
[[nodiscard]] Result<std::string> run_exec_plugin(const ExecPlugin& plugin, const std::string& info,
                                                  std::chrono::milliseconds limit);

}  // namespace portcullis::k8s

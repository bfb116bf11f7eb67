#pragma once

#include "compiler/base/result.h"
#include "daemon/options/exit_code.h"
#include "daemon/options/options.h"

namespace portcullis {

// The daemon, until SIGTERM or SIGINT. Fails only at the start: without the capability, the lock or
// the directory that it needs. Leaves the rules in the kernel.
[[nodiscard]] Result<ExitCode> run(const Options& options);

}  // namespace portcullis

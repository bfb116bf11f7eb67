#pragma once

#include <iosfwd>

#include "compiler/base/result.h"
#include "daemon/options/exit_code.h"
#include "daemon/options/options.h"

// The subcommands that end by themselves. Results go to `out`, remarks to `err`, one per line; the
// caller prints an Error.
namespace portcullis {

struct Console {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
};

// Offline: needs no kernel and no privilege.
[[nodiscard]] Result<ExitCode> compile_manifests(const Options& options, const Console& console);

[[nodiscard]] Result<ExitCode> dump(const Options& options, const Console& console);

[[nodiscard]] Result<ExitCode> diff_with_kernel(const Options& options, const Console& console);

// From manifests, or from the running daemon if none are given.
[[nodiscard]] Result<ExitCode> explain_connection(const Options& options, const Console& console);

[[nodiscard]] Result<ExitCode> show_matrix(const Options& options, const Console& console);

// Checks whether this host can enforce, and can read what it needs from the API server.
[[nodiscard]] Result<ExitCode> check(const Options& options, const Console& console);

// Commits the ruleset that was saved for this node, unless the kernel's table enforces already.
[[nodiscard]] Result<ExitCode> restore(const Options& options, const Console& console);

// A shell completion script, or the names that it completes.
[[nodiscard]] Result<ExitCode> complete(const Options& options, const Console& console);

// Removes the table and the saved ruleset.
[[nodiscard]] Result<ExitCode> clean_up(const Options& options, const Console& console);

}  // namespace portcullis

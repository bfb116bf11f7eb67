#pragma once

#include <iosfwd>

#include "compiler/result.h"
#include "daemon/exit_code.h"
#include "daemon/options.h"

// The subcommands that end by themselves. What was asked for goes to `out`, remarks go to `err`,
// one a line; an Error is for the caller to say.
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

// Of manifests, or of the running daemon where none are given.
[[nodiscard]] Result<ExitCode> explain_connection(const Options& options, const Console& console);

[[nodiscard]] Result<ExitCode> show_matrix(const Options& options, const Console& console);

// Whether this host can enforce, and may read what it must from the API server.
[[nodiscard]] Result<ExitCode> check(const Options& options, const Console& console);

// Commits the ruleset that was saved for this node, unless the kernel's table enforces already.
[[nodiscard]] Result<ExitCode> restore(const Options& options, const Console& console);

// A shell's completion, or the names that it completes.
[[nodiscard]] Result<ExitCode> complete(const Options& options, const Console& console);

// Removes the table, and what was saved of it.
[[nodiscard]] Result<ExitCode> clean_up(const Options& options, const Console& console);

}  // namespace portcullis

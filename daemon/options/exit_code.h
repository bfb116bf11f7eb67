#pragma once

namespace portcullis {

// The exit codes of every subcommand.
enum class ExitCode : int {
  kOk = 0,
  kNegative = 1,  // done, and the answer is no: no table, a difference
  kError = 2,     // printed on stderr as "portcullis: ..."
};

}  // namespace portcullis

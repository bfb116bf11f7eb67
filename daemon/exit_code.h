#pragma once

namespace portcullis {

// What every subcommand tells its caller.
enum class ExitCode : int {
  kOk = 0,
  kNegative = 1,  // understood and done, and the answer is no: no table, a difference
  kError = 2,     // said on stderr as "portcullis: ..."
};

}  // namespace portcullis

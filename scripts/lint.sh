#!/bin/sh
# clang-format on every source, clang-tidy on the product's, in the batches of the unity build.
# Prints findings and fails.
set -eu
sources() { git ls-files --cached --others --exclude-standard "$@"; }
sources '*.h' '*.cpp' | xargs clang-format --dry-run --Werror
cmake --preset product -B build/lint >/dev/null
sed -n 's/^ *"file": "\(.*\)".*/\1/p' build/lint/compile_commands.json |
  xargs -P "$(nproc)" -n 1 \
  clang-tidy -p build/lint --quiet --extra-arg=-Wno-unknown-warning-option

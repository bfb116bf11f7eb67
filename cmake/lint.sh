#!/bin/sh
# clang-format on every source, clang-tidy on the product's. Prints findings and fails.
set -eu
sources() { git ls-files --cached --others --exclude-standard "$@"; }
sources '*.h' '*.cpp' | xargs clang-format --dry-run --Werror
[ -f build/release/compile_commands.json ] || cmake --preset release >/dev/null
sources 'compiler/*.cpp' 'k8s-client/*.cpp' 'daemon/*.cpp' |
  xargs -P "$(nproc)" -n 4 \
  clang-tidy -p build/release --quiet --extra-arg=-Wno-unknown-warning-option

#!/bin/sh
# usage: run.sh PROGRAMS DIRECTORY SECONDS [TARGET...]
# Runs each fuzz target, or all of them, for so many seconds. Corpora grow in
# DIRECTORY/corpus/TARGET, and an input that fails is left in DIRECTORY.
set -eu
programs=$1
directory=$2
seconds=$3
shift 3
cd "$(dirname "$0")/../.."
[ $# -gt 0 ] || set -- manifest watch kubeconfig nri boot_snapshot netlink engine

"$programs/fuzz_seeds" tests/golden "$directory/seeds"
mkdir -p "$directory/seeds/engine"
for length in 4 16 64; do
  head -c "$length" tests/golden/dual-stack.yaml >"$directory/seeds/engine/$length"
done

seeds_of() {
  case $1 in
    manifest) echo tests/golden manifests/examples ;;
    watch | kubeconfig | nri) echo "tests/fuzz/seeds/$1" ;;
    *) echo "$directory/seeds/$1" ;;
  esac
}

for target in "$@"; do
  echo "fuzzing $target for $seconds s"
  mkdir -p "$directory/corpus/$target"
  # shellcheck disable=SC2046 # more than one folder
  "$programs/${target}_fuzz" -max_total_time="$seconds" -max_len=16384 -timeout=10 \
    -print_final_stats=1 -verbosity=0 -artifact_prefix="$directory/$target-" \
    "$directory/corpus/$target" $(seeds_of "$target")
done

#!/bin/sh
# build_workload_image.sh PROGRAM...: builds the image of the pods in `make cluster-e2e` as
# build/image/workload.tar, from a static busybox and the test's programs.
set -eu
. scripts/image_store.sh

context=$(mktemp -d "$work/tmp/XXXXXX")
trap 'rm -rf "$context"' EXIT
cp "$@" "$context"
build_image localhost/workload:test --file tests/cluster/Dockerfile "$context"

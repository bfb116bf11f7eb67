#!/bin/sh
# build_workload_image.sh RUNTIME PROGRAM...: builds the image of the pods in `make cluster-e2e` as
# build/image/workload.tar: busybox from prepare_runtime.sh's folder, and the test's programs.
set -eu
. scripts/image_store.sh

context=$(mktemp -d "$work/tmp/XXXXXX")
trap 'rm -rf "$context"' EXIT
cp "$1/bin/busybox" "$context"
shift
cp "$@" "$context"
build_image localhost/workload:test --file tests/cluster/Dockerfile "$context"

#!/bin/sh
# build_workload_image.sh RUNTIME PROGRAM...: the image that the pods of `make cluster-e2e` have, to
# build/image/workload.tar: busybox of prepare_runtime.sh's folder, and programs of the test.
set -eu
. cmake/image_store.sh

context=$(mktemp -d "$work/tmp/XXXXXX")
trap 'rm -rf "$context"' EXIT
cp "$1/bin/busybox" "$context"
shift
cp "$@" "$context"
build_image localhost/workload:test --file tests/cluster/Dockerfile "$context"

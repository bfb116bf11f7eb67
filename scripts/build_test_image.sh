#!/bin/sh
# build_test_image.sh NAME FILE...: builds the image localhost/NAME:test of tests/cluster/NAME.Dockerfile
# with these files, as build/image/NAME.tar.
set -eu
. scripts/image_store.sh

name=$1
shift
context=$(mktemp -d "$work/tmp/XXXXXX")
trap 'rm -rf "$context"' EXIT
cp "$@" "$context"
build "localhost/$name:test" --file "tests/cluster/$name.Dockerfile" "$context"
write_archive "localhost/$name:test"

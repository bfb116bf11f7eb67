#!/bin/sh
# with_tools.sh COMMAND...: runs it in this folder, in a container of the Dockerfile's stage `tools`, where CMake
# and make build for $ARCH (dockerfile.sh). What they write to `build` there is in build/ARCH here.
set -eu
. scripts/dockerfile.sh

tools=localhost/portcullis-tools:$architecture
mkdir -p "build/$architecture"
build_from_dockerfile "$tools" --target tools
container=$(store from --pull-never --arch "$architecture" "$tools")
trap 'store rm "$container" >/dev/null' EXIT
trap 'exit 1' HUP INT TERM
store run --isolation chroot --network host --volume "$PWD:/src" \
  --volume "$PWD/build/$architecture:/src/build" --volume "$objects:/root/.cache/ccache" \
  --env "SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)" "$container" -- "$@"

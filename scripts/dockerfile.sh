# shellcheck shell=sh
# Sourced by what builds from the Dockerfile, for $ARCH (else this machine's architecture) on $BASE (else a
# Debian that mmdebstrap makes once from Debian's packages, so that no registry is needed; remove
# build/image to renew it).
. scripts/image_store.sh

machine=$(dpkg --print-architecture)
architecture=${ARCH:-$machine}
objects=$(ccache --get-config cache_dir 2>/dev/null) || objects=$PWD/$work/ccache
mkdir -p "$objects"

make_base() {
  [ -f "$work/debian.tar" ] || {
    mmdebstrap --variant=minbase --quiet --format=tar bookworm "$work/debian.tar.new"
    mv "$work/debian.tar.new" "$work/debian.tar"
  }
  container=$(store from scratch)
  store add --quiet "$container" "$work/debian.tar" / >/dev/null
  store commit --quiet --timestamp 0 --rm "$container" localhost/debian:bookworm >/dev/null
}

# build_from_dockerfile TAG ARGUMENT...: builds the image in the store.
build_from_dockerfile() {
  tag=$1
  shift
  [ -n "${BASE:-}" ] || store inspect localhost/debian:bookworm >/dev/null 2>&1 || make_base
  build "$tag" "$@" --platform "linux/$architecture" --build-arg "BUILDPLATFORM=linux/$machine" \
    --build-arg "BASE=${BASE:-localhost/debian:bookworm}" --volume "$objects:/root/.cache/ccache" .
}

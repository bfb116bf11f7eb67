#!/bin/sh
# build_image.sh [--no-cache]: builds the container image with buildah, and writes it to
# build/image/portcullis.tar, an OCI archive (`ctr image import`, `podman load`, `skopeo copy
# oci-archive:...`). The base is $BASE, or a Debian that mmdebstrap makes once from Debian's
# packages, so that no registry is needed; remove build/image to renew it.
set -eu
. scripts/image_store.sh

tag=${TAG:-localhost/portcullis:0.1.0}

make_base() {
  [ -f "$work/debian.tar" ] || {
    mmdebstrap --variant=minbase --quiet --format=tar bookworm "$work/debian.tar.new"
    mv "$work/debian.tar.new" "$work/debian.tar"
  }
  container=$(store from scratch)
  store add --quiet "$container" "$work/debian.tar" / >/dev/null
  store commit --quiet --timestamp 0 --rm "$container" localhost/debian:bookworm >/dev/null
}

if [ -z "${BASE:-}" ]; then
  BASE=localhost/debian:bookworm
  store inspect "$BASE" >/dev/null 2>&1 || make_base
  # As in a release build here, whose objects ccache then has; its flags must be equal.
  set -- "$@" --build-arg WERROR=ON
fi
objects=$(ccache --get-config cache_dir 2>/dev/null) || objects=$PWD/$work/ccache
mkdir -p "$objects"
build_image "$tag" "$@" --build-arg "BASE=$BASE" \
  --volume "$objects:/root/.cache/ccache" .

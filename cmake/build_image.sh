#!/bin/sh
# Builds the container image with buildah, and writes it to build/image/portcullis.tar, an OCI
# archive (`ctr image import`, `podman load`, `skopeo copy oci-archive:...`). The base is $BASE, or
# Debian as mmdebstrap makes it of the machine's own package sources, so that no registry is needed.
set -eu

tag=${TAG:-localhost/portcullis:0.1.0}
work=build/image
# Of the commit, not of the hour: the same sources make the same image.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH

store() { TMPDIR="$PWD/$work/tmp" buildah --root "$PWD/$work/storage" --runroot "$PWD/$work/run" --storage-driver vfs "$@"; }

make_base() {
  [ -f "$work/debian.tar" ] ||
    mmdebstrap --variant=minbase --quiet bookworm "$work/debian.tar"
  container=$(store from scratch)
  store add --quiet "$container" "$work/debian.tar" / >/dev/null
  store commit --quiet --timestamp "$SOURCE_DATE_EPOCH" --rm "$container" localhost/debian:bookworm >/dev/null
}

mkdir -p "$work/tmp"
if [ -z "${BASE:-}" ]; then
  BASE=localhost/debian:bookworm
  store inspect "$BASE" >/dev/null 2>&1 || make_base
fi
# Isolation by chroot also works where there is no container runtime, or the build runs in one.
store build --isolation chroot --network host --timestamp "$SOURCE_DATE_EPOCH" --layers \
  --build-arg "BASE=$BASE" --tag "$tag" .
rm -f "$work/portcullis.tar"
store push --quiet "$tag" "oci-archive:$work/portcullis.tar:$tag"
echo "$tag: $work/portcullis.tar, $(stat -c %s "$work/portcullis.tar") bytes"

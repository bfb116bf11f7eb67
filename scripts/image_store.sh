# shellcheck shell=sh
# Sourced by the image scripts: buildah with a separate store in build/image, and without a
# container runtime, since the build may itself run in a container.
work=build/image
mkdir -p "$work/tmp"

store() {
  TMPDIR="$PWD/$work/tmp" buildah --root "$PWD/$work/storage" --runroot "$PWD/$work/run" \
    --storage-driver overlay "$@"
}

# build_image TAG ARGUMENT...: builds an image and writes it to an OCI archive, $work/NAME.tar, with
# its digest beside it. All its times are 0, not those of the build, so that it is reproducible.
build_image() {
  image=$1
  name=${image##*/}
  file=$work/${name%%:*}
  shift
  store build --isolation chroot --network host --timestamp 0 --layers \
    --tag "$image" "$@"
  rm -f "$file.tar"
  store push --quiet --digestfile "$file.digest" "$image" "oci-archive:$file.tar:$image"
  echo "$image: $file.tar, $(stat -c %s "$file.tar") bytes, $(cat "$file.digest")"
}

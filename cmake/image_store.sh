# shellcheck shell=sh
# Sourced by the scripts about images: buildah with a store of its own in build/image, and without a
# container runtime, which a build may itself be running in.
work=build/image
mkdir -p "$work/tmp"

store() {
  TMPDIR="$PWD/$work/tmp" buildah --root "$PWD/$work/storage" --runroot "$PWD/$work/run" \
    --storage-driver overlay "$@"
}

# build_image TAG ARGUMENT...: and writes it to an OCI archive, $work/NAME.tar, and its digest beside.
# All its times are 0, not those of the build: the same files make the same image.
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

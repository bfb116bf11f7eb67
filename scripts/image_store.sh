# shellcheck shell=sh
# Sourced by the image scripts: buildah with a separate store in build/image, and without a
# container runtime, since the build may itself run in a container.
work=build/image
mkdir -p "$work/tmp"

store() {
  TMPDIR="$PWD/$work/tmp" buildah --root "$PWD/$work/storage" --runroot "$PWD/$work/run" \
    --storage-driver overlay "$@"
}

# build TAG ARGUMENT...: builds an image in the store. All times are 0, not those of the build, in the image
# and in its archive, so that both are reproducible.
build() {
  image=$1
  shift
  for _ in 1 2 3 4 5; do
    if store build --isolation chroot --network host --timestamp 0 --layers --tag "$image" "$@" \
      2>"$work/errors"; then
      cat "$work/errors" >&2
      return
    fi
    cat "$work/errors" >&2
    # buildah runs from a sealed copy of itself in memory, which the kernel refuses to seal while it examines
    # that memory (DAMON).
    grep -q 'sealing memfd copy: Device or resource busy' "$work/errors" || return 1
  done
  return 1
}

# write_archive TAG: writes an image of the store to an OCI archive, $work/NAME.tar, with its digest beside
# it ($ARCHIVE is another name for both, $REFERENCE another tag within).
write_archive() {
  image=$1
  name=${image##*/}
  file=$work/${ARCHIVE:-${name%%:*}}
  rm -rf "$file.oci"
  store push --quiet --digestfile "$file.digest" "$image" "oci:$file.oci:${REFERENCE:-$image}"
  tar --create --file "$file.tar" --directory "$file.oci" --sort=name --mtime=@0 --owner=0 --group=0 \
    --numeric-owner --mode=u=rwX,go=rX --format=ustar blobs index.json oci-layout
  rm -r "$file.oci"
  echo "$image: $file.tar, $(stat -c %s "$file.tar") bytes, $(cat "$file.digest")"
}

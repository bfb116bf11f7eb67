#!/bin/sh
# check_image.sh: checks that the image from build_image.sh is small, has no shell, runs, and is the
# same when it is rebuilt (objects from ccache, everything else from scratch).
set -eu
. scripts/image_store.sh

tag=${TAG:-localhost/portcullis:0.1.0}
limit=60000000
fail() { echo "The image $tag $*" >&2; exit 1; }

container=$(store from "$tag")
trap 'store rm "$container" >/dev/null' EXIT
trap 'exit 1' HUP INT TERM
root=$(store mount "$container")

size=$(du --summarize --apparent-size --bytes "$root" | cut -f1)
[ "$size" -lt $limit ] || fail "has $size bytes, more than $limit"

# No executables except the program and its loader; libraries do not count.
programs=$(cd "$root" && find . -type f -perm /111 ! -name '*.so*' -printf '%P\n')
[ "$programs" = usr/bin/portcullis ] || fail "has programs other than its own: $programs"

said=$(chroot "$root" /usr/bin/portcullis --version) || fail "does not run"
nobody=$(chroot --userspec=65534:65534 "$root" /usr/bin/portcullis --version) ||
  fail "does not run as nobody"
[ "$said" = "$nobody" ] || fail "reports version $nobody as nobody, but $said as root"

digest=$(cat "$work/portcullis.digest")
sh scripts/build_image.sh --no-cache
again=$(cat "$work/portcullis.digest")
[ "$digest" = "$again" ] || fail "is not reproducible: $digest, $again"
echo "$tag: $size bytes, no shell, runs ($said), and is reproducible: $digest"

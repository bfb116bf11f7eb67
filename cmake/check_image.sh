#!/bin/sh
# check_image.sh: whether the image that build_image.sh has built is what we promise: small, without a
# shell, able to run, and the same when it is built again (its objects by ccache, all else anew).
set -eu
. cmake/image_store.sh

tag=${TAG:-localhost/portcullis:0.1.0}
limit=60000000
fail() { echo "The image $tag $*" >&2; exit 1; }

container=$(store from "$tag")
trap 'store rm "$container" >/dev/null' EXIT
trap 'exit 1' HUP INT TERM
root=$(store mount "$container")

size=$(du --summarize --apparent-size --bytes "$root" | cut -f1)
[ "$size" -lt $limit ] || fail "has $size bytes: $limit at the most"

# Nothing to run but the program and its loader; libraries are no programs.
programs=$(cd "$root" && find . -type f -perm /111 ! -name '*.so*' -printf '%P\n')
[ "$programs" = usr/bin/portcullis ] || fail "has other programs than its own: $programs"

said=$(chroot "$root" /usr/bin/portcullis --version) || fail "does not run"
nobody=$(chroot --userspec=65534:65534 "$root" /usr/bin/portcullis --version) ||
  fail "does not run as nobody"
[ "$said" = "$nobody" ] || fail "calls itself $nobody as nobody, and else $said"

digest=$(cat "$work/portcullis.digest")
sh cmake/build_image.sh --no-cache
again=$(cat "$work/portcullis.digest")
[ "$digest" = "$again" ] || fail "is not the same when built again: $digest, $again"
echo "$tag: $size bytes, no shell, runs ($said), and was built twice as $digest"

#!/bin/sh
# check_release.sh: builds the release of this commit again, in a clone in another folder, and fails
# unless every file is the same to the byte. Only ccache's objects are shared.
set -eu
first=$PWD/build/dist
work=$(mktemp -d /tmp/portcullis-release-XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

changes=$(git status --porcelain)
[ -z "$changes" ] || {
  printf 'A release is of a commit, and these changes are in none:\n%s\n' "$changes" >&2
  exit 1
}
git clone --quiet . "$work/clone"
make --directory "$work/clone" release
(cd "$first" && sha256sum --quiet --check SHA256SUMS)
diff "$first/SHA256SUMS" "$work/clone/build/dist/SHA256SUMS" || {
  echo "The release is not reproducible: these files differ." >&2
  exit 1
}
echo "The release is reproducible: $(wc -l <"$first/SHA256SUMS") files are the same in another folder."

#!/bin/sh
# build_release.sh: builds what is published, in build/dist:
#
#     portcullis-VERSION-amd64.tar    image, an OCI archive
#     portcullis_VERSION_amd64.deb    Debian package
#     portcullis-VERSION.tgz          Helm chart
#     install.yaml                    manifests/base, rendered by $KUBECTL
#     portcullis-VERSION.spdx.json    what the image consists of (SPDX 2.3)
#     SHA256SUMS
#
# All of it depends only on the commit and on the versions of Debian's packages: check_release.sh.
set -eu
. scripts/image_store.sh

export LC_ALL=C.UTF-8
version=$(sed -n 's/^project(portcullis VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
tag=localhost/portcullis:$version
out=$PWD/build/dist
rm -rf "$out"
mkdir -p "$out"

build_for_amd64() {
  name=portcullis-$version-amd64
  ARCHIVE=$name REFERENCE=$tag TAG=$tag-amd64 sh scripts/build_image.sh
  cp "$work/$name.tar" "$out"
  container=$(store from "$tag-amd64")
  cp "$(store mount "$container")/usr/share/doc/portcullis/packages" "$work/packages.amd64"
  store rm "$container" >/dev/null
  sh scripts/build_deb.sh
  cp "build/package/portcullis_${version}_amd64.deb" "$out"
}

# The chart with the files that its links lead to, as `helm package` does, but without the time.
pack_chart() {
  tar --create --directory charts --dereference --sort=name --mtime="@$SOURCE_DATE_EPOCH" \
    --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --format=ustar portcullis | gzip -9 -n
}

render_manifests() {
  echo "# Portcullis $version. Put the image's name in your registry in place of portcullis:$version."
  "$KUBECTL" kustomize manifests/base
}

build_for_amd64
pack_chart >"$out/portcullis-$version.tgz"
render_manifests >"$out/install.yaml"
sh scripts/write_sbom.sh "$version" "$work"/packages.* >"$out/portcullis-$version.spdx.json"
cd "$out"
sha256sum -- * >SHA256SUMS
cat SHA256SUMS

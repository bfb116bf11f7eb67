#!/bin/sh
# build_release.sh: builds what is published, in build/dist:
#
#     portcullis-VERSION-ARCHITECTURE.tar    image, an OCI archive; amd64 and arm64
#     portcullis_VERSION_ARCHITECTURE.deb    Debian package; likewise
#     portcullis-VERSION.tgz                 Helm chart
#     install.yaml                           manifests/base, rendered by $KUBECTL
#     portcullis-VERSION.spdx.json           what the images consist of (SPDX 2.3)
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

# build_for ARCHITECTURE: both in containers, so that nothing of this machine's own packages is in them.
build_for() {
  export ARCH="$1"
  name=portcullis-$version-$ARCH
  ARCHIVE=$name REFERENCE=$tag TAG=$tag-$ARCH sh scripts/build_image.sh
  cp "$work/$name.tar" "$out"
  container=$(store from --pull-never --arch "$ARCH" "$tag-$ARCH")
  cp "$(store mount "$container")/usr/share/doc/portcullis/packages" "$work/packages.$ARCH"
  store rm "$container" >/dev/null
  sh scripts/with_tools.sh make deb
  cp "build/$ARCH/package/portcullis_${version}_$ARCH.deb" "$out"
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

build_for amd64
build_for arm64
pack_chart >"$out/portcullis-$version.tgz"
render_manifests >"$out/install.yaml"
sh scripts/write_sbom.sh "$version" "$work/packages.amd64" "$work/packages.arm64" \
  >"$out/portcullis-$version.spdx.json"
cd "$out"
sha256sum -- * >SHA256SUMS
cat SHA256SUMS

#!/bin/sh
# build_image.sh [--no-cache]: builds the container image with buildah, and writes it to
# build/image/portcullis.tar, an OCI archive (`ctr image import`, `podman load`, `skopeo copy
# oci-archive:...`). dockerfile.sh says for which architecture, and on which base.
set -eu
. scripts/dockerfile.sh

tag=${TAG:-localhost/portcullis:0.1.0}
# As in a release build here, whose objects ccache then has; its flags must be equal.
[ -n "${BASE:-}" ] || set -- "$@" --build-arg WERROR=ON
build_from_dockerfile "$tag" "$@"
write_archive "$tag"

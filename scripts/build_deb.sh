#!/bin/sh
# Builds the Debian package in build/package, and checks it with lintian.
set -eu

# The time of the commit, so that the build is reproducible.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
cmake --preset package
cmake --build --preset package
rm -f build/package/*.deb
(cd build/package && cpack)
lintian --fail-on error,warning --allow-root build/package/*.deb

#!/bin/sh
# Builds the Debian package in build/package, and has lintian look at it.
set -eu

# Of the commit, not of the hour: the same sources make the same package.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
cmake --preset package
cmake --build --preset package
rm -f build/package/*.deb
(cd build/package && cpack)
lintian --fail-on error,warning --allow-root build/package/*.deb

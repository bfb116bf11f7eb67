#!/bin/sh
# Installs the missing ones of $PACKAGES with Debian's package manager. Needs no network when none
# is missing.
set -eu
missing=""
for package in $PACKAGES; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
    missing="$missing $package"
done
[ -n "$missing" ] || exit 0
echo "Installing from Debian's packages:$missing"
$AS_ROOT apt-get update -qq
DEBIAN_FRONTEND=noninteractive $AS_ROOT apt-get install -y -qq --no-install-recommends $missing

#!/bin/sh
# Prints the path of promtool: $PROMTOOL if it is set, otherwise Debian's, unpacked once into the
# user's cache (its package also starts a server).
set -eu

if [ -z "${PROMTOOL:-}" ]; then
  cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/portcullis
  PROMTOOL=$cache/promtool
  if [ ! -x "$PROMTOOL" ]; then
    mkdir -p "$cache"
    work=$(mktemp -d "$cache/.promtool-XXXXXX")
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    (cd "$work" && apt-get download -qq -o APT::Sandbox::User="$(id -un)" prometheus >&2)
    dpkg-deb -x "$work"/prometheus_*.deb "$work"
    mv "$work/usr/bin/promtool" "$PROMTOOL"
  fi
fi
echo "$PROMTOOL"

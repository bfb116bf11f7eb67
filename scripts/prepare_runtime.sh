#!/bin/sh
# Prints a folder with the programs that run pods in `make cluster-e2e`: containerd, runc, ctr and
# busybox in bin/, CNI plugins in cni/. They are Debian's packages, unpacked rather than installed:
# containerd's starts a service, and the machine may already have its own. Made once, and kept in
# the user's cache.
set -eu

cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/portcullis
runtime=$cache/runtime-1
if [ ! -d "$runtime" ]; then
  mkdir -p "$cache"
  work=$(mktemp -d "$cache/.building-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM
  cd "$work"
  apt-get -qq -o APT::Sandbox::User="$(id -un)" download \
    busybox-static containerd containernetworking-plugins runc >&2
  for package in *.deb; do dpkg-deb -x "$package" packages; done
  mkdir runtime runtime/bin
  (cd packages && cp bin/busybox usr/bin/containerd usr/bin/containerd-shim-runc-v2 usr/bin/ctr \
    usr/sbin/runc "$work/runtime/bin")
  cp -r packages/usr/lib/cni runtime/cni
  # A concurrent make may have been faster; its folder is equivalent.
  mv -T runtime "$runtime" 2>/dev/null || [ -d "$runtime" ]
fi
echo "$runtime"

#!/bin/sh
# stage_image.sh BUILD DIRECTORY: copies the program of this build, the libraries that it links and the CA
# certificates for TLS into an empty directory, laid out as in the image, with a list of the Debian
# packages that all of it is from. A line has a word and name, version, architecture and source package:
#
#     contains libssl3 3.0.17-1 amd64 openssl           a file of it is in the image
#     compiles libcli11-dev 2.1.2+ds-1 all cli11        a header of it is compiled into the program
set -eu
build=$1
image=$2
program=$build/daemon/portcullis
# cached NAME: a variable of the build.
cached() { sed -n "s|^$1:[A-Z]*=||p" "$build/CMakeCache.txt"; }

install -D --strip --strip-program="$(cached CMAKE_STRIP)" --mode=0755 "$program" "$image/usr/bin/portcullis"
# As ldd does, for a program of any architecture.
libraries=$(LD_TRACE_LOADED_OBJECTS=1 $(cached CMAKE_CROSSCOMPILING_EMULATOR) "$program" |
  sed -n 's|^[^/]*\(/[^ ]*\) (0x.*|\1|p')
: "${libraries:?the loader of $program lists none}"
certificates=/etc/ssl/certs/ca-certificates.crt
for library in $libraries; do
  install -D --mode=0755 "$library" "$image$library"
done
install -D --mode=0644 $certificates "$image$certificates"
install -d --mode=0755 "$image/etc/portcullis" "$image/run" "$image/var/lib"
install -d --mode=1777 "$image/tmp"

# packages_of WORD: of the files on standard input.
packages_of() {
  xargs dpkg-query --search 2>/dev/null | sed 's/: .*//' | tr -d , | tr ' ' '\n' | sort -u |
    xargs dpkg-query --show --showformat "$1 \${Package} \${Version} \${Architecture} \${source:Package}\n"
}
list=$image/usr/share/doc/portcullis/packages
install -d --mode=0755 "$(dirname "$list")"
# A library's package may have it in /usr/lib where the loader finds it in /lib.
{
  echo "$libraries" | sed 's|^/usr||; p; s|^|/usr|'
  echo /usr/sbin/update-ca-certificates
} | packages_of contains >"$list"
ninja -C "$build" -t deps | sed -n 's|^ *\(/usr/[^ ]*\)$|\1|p' | sort -u | packages_of compiles >>"$list"

#!/bin/sh
# stage_image.sh PROGRAM DIRECTORY: copies the program, the libraries that it links and the CA
# certificates for TLS into an empty directory, laid out as in the image.
set -eu
program=$1
image=$2

install -D --strip --mode=0755 "$program" "$image/usr/bin/portcullis"
libraries=$(ldd "$program")
echo "$libraries" | sed -n 's|^[^/]*\(/[^ ]*\) (0x.*|\1|p' | while read -r library; do
  install -D --mode=0755 "$library" "$image$library"
done
install -D --mode=0644 /etc/ssl/certs/ca-certificates.crt "$image/etc/ssl/certs/ca-certificates.crt"
install -d --mode=0755 "$image/etc/portcullis" "$image/run" "$image/var/lib"
install -d --mode=1777 "$image/tmp"

#!/bin/sh
# prepare_kubernetes.sh PROGRAM...: prints a folder with etcd, kubectl and these programs of
# Kubernetes for the tests: $KUBEBUILDER_ASSETS if it is set (envtest's convention), otherwise one
# that is made once and kept in the user's cache.
#
# Everything comes from Debian: etcd and kubectl as packages, unpacked rather than installed
# (Debian's etcd-server starts a service, and kubectl may already be installed); the other programs
# have no packages and are built from the source package, which contains its dependencies.
#
#     the machine's own package sources -> packages, source -> one generated file -> go build
#
# Kubernetes' own makefile would regenerate everything, and include the cloud providers.
set -eu

kubernetes=1.20.2
go=1.19

say() { echo "$(date +%H:%M:%S) $*" >&2; }
fail() { say "$*"; exit 1; }

if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
  for program in etcd "$@"; do
    [ -x "$KUBEBUILDER_ASSETS/$program" ] || fail "KUBEBUILDER_ASSETS: no $program in $KUBEBUILDER_ASSETS"
  done
  echo "$KUBEBUILDER_ASSETS"
  exit
fi

cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/portcullis
assets=$cache/envtest-$kubernetes-2
for program in "$@"; do
  shift
  [ -x "$assets/$program" ] || set -- "$@" "$program"
done
if [ $# -eq 0 ] && [ -x "$assets/etcd" ] && [ -x "$assets/kubectl" ]; then
  echo "$assets"
  exit
fi

mkdir -p "$cache"
find "$cache" -maxdepth 1 -name '.building-*' -mmin +180 -exec rm -rf {} +  # left by killed runs
work=$(mktemp -d "$cache/.building-XXXXXX")
finish() {
  status=$?
  rm -rf "$work" >/dev/null 2>&1 &  # a gigabyte of small files: do not wait
  [ $status -eq 0 ] || say "Cannot prepare Kubernetes: see above."
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# A private apt beside the machine's: the same package sources, plus those of source packages.
copy_package_sources() {
  mkdir -p "$work/apt/sources.d" "$work/apt/lists" "$work/apt/cache"
  for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -f "$list" ] || continue
    sed -n 's/^[[:space:]]*deb[[:space:]]\(.*\)/deb \1\ndeb-src \1/p' "$list"
  done >"$work/apt/sources.list"
  for sources in /etc/apt/sources.list.d/*.sources; do
    [ -f "$sources" ] || continue
    sed 's/^Types:.*/Types: deb deb-src/' "$sources" >"$work/apt/sources.d/${sources##*/}"
  done
}

apt() {
  apt-get -qq -o Dir::Etc::SourceList="$work/apt/sources.list" \
    -o Dir::Etc::SourceParts="$work/apt/sources.d" -o Dir::State::Lists="$work/apt/lists" \
    -o Dir::Cache="$work/apt/cache" -o APT::Sandbox::User="$(id -un)" "$@" >&2
}

fetch() {
  copy_package_sources
  apt update || say "Some package sources cannot be read; continuing with the others."
  cd "$work"
  apt download etcd-server kubernetes-client "golang-$go-go" "golang-$go-src" \
    golang-github-modern-go-reflect2-dev
  apt source --download-only kubernetes
  ls kubernetes_*"$kubernetes"-*.dsc >/dev/null 2>&1 ||
    fail "Debian's source package is not Kubernetes $kubernetes, but $(ls kubernetes_*.dsc)"
}

unpack() {
  for package in "$work"/*.deb; do dpkg-deb -x "$package" "$work/packages"; done
  mkdir -p "$work/go/src/k8s.io"
  # apt has already verified its downloads.
  dpkg-source --no-check -x "$work"/kubernetes_*.dsc "$work/go/src/k8s.io/kubernetes" >&2
  # Its reflect2 iterates maps as Go did before 1.18, and crashes at the first custom resource.
  reflect2=github.com/modern-go/reflect2
  rm -r "$work/go/src/k8s.io/kubernetes/vendor/$reflect2"
  cp -r "$work/packages/usr/share/gocode/src/$reflect2" \
    "$work/go/src/k8s.io/kubernetes/vendor/$reflect2"
}

# The only generated file that the source package does not contain: the description of the API.
generate_openapi() {
  go build -o "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
  packages=$(grep -rl --include='*.go' '^// *+k8s:openapi-gen=' pkg cmd plugin staging/src |
    sed -e 's|^staging/src/|vendor/|' -e 's|^|k8s.io/kubernetes/|' -e 's|/[^/]*$||' |
    grep -v -e /code-generator/ -e /sample-apiserver/ | sort -u | paste -sd,)
  "$work/openapi-gen" --input-dirs "$packages" --output-file-base zz_generated.openapi \
    --output-package k8s.io/kubernetes/pkg/generated/openapi --report-filename "$work/violations" \
    --go-header-file vendor/k8s.io/code-generator/hack/boilerplate.go.txt
}

build() {
  cd "$work/go/src/k8s.io/kubernetes"
  export GOROOT="$work/packages/usr/lib/go-$go" GOPATH="$work/go" GOCACHE="$work/go-cache" \
    GO111MODULE=off GOFLAGS= GOTOOLCHAIN=local CGO_ENABLED=0
  export PATH="$GOROOT/bin:$PATH"
  case " $* " in *" kube-apiserver "*) generate_openapi ;; esac  # only that one serves the API's description
  flags="-s -w"
  for package in client-go/pkg/version component-base/version; do
    package=k8s.io/kubernetes/vendor/k8s.io/$package
    flags="$flags -X $package.gitVersion=v$kubernetes -X $package.gitMajor=1 -X $package.gitMinor=20"
  done
  go build -tags providerless,dockerless -ldflags "$flags" -o "$work/assets/" \
    $(printf ' ./cmd/%s' "$@")
}

say "Preparing etcd, kubectl, $* for the tests, once, in $assets"
say "1/3 Downloading 130 MB of Debian's packages and sources"
(fetch)
say "2/3 Unpacking"
unpack
say "3/3 Building Kubernetes $kubernetes (a few minutes)"
mkdir "$work/assets"
(build "$@")
cp "$work/packages/usr/bin/etcd" "$work/packages/usr/bin/kubectl" "$work/assets"
# A concurrent make may have been faster; its programs are equivalent.
mkdir -p "$assets"
mv "$work/assets"/* "$assets"
say "Prepared: $assets"
echo "$assets"

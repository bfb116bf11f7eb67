#!/bin/sh
# prepare_kubernetes.sh PROGRAM...: prints a folder with these programs, and CNI plugins in its cni/,
# for tests with a real cluster. They are built from the Go modules in tests/kubernetes, once, and
# kept in the user's cache; go verifies every download with the checksums in go.sum.
#
#     KUBERNETES=1.35.4       another version than tests/kubernetes/kube pins
#     KUBEBUILDER_ASSETS=DIR  ready programs instead (envtest's convention), nothing is built
set -eu

modules=$(dirname "$(readlink -f "$0")")/../tests/kubernetes
export HOME="${HOME:-/root}"  # where go keeps what it downloads
cache=${XDG_CACHE_HOME:-$HOME/.cache}/portcullis
pinned=$(sed -n 's|.*k8s.io/kubernetes v||p' "$modules/kube/go.mod")
version=${KUBERNETES:-$pinned}

say() { echo "$(date +%H:%M:%S) $*" >&2; }
fail() { say "$*"; exit 1; }

# The path of a program in the folder: plugins are apart, as one of them is called bridge.
place() {
  case $1 in
    ptp | bridge | loopback | host-local | portmap) echo "cni/$1" ;;
    *) echo "$1" ;;
  esac
}

if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
  for program; do
    [ -x "$KUBEBUILDER_ASSETS/$(place "$program")" ] ||
      fail "KUBEBUILDER_ASSETS: there is no $(place "$program") in $KUBEBUILDER_ASSETS"
  done
  echo "$KUBEBUILDER_ASSETS"
  exit
fi

PATH=$PATH:/usr/local/go/bin
command -v go >/dev/null || fail "The tests' Kubernetes is built with Go 1.26 or later: install it from go.dev/dl."
sums=$(cat "$modules"/*/go.mod "$modules"/*/go.sum | sha256sum | cut -c 1-12)
assets=$cache/kubernetes-$version-$sums

# go.mod and go.sum of another version: its own requirements, with its staging modules.
write_module_of_version() {
  mkdir "$work/kube"
  cp "$modules/kube/tools.go" "$work/kube"
  sources=$(go mod download -json "k8s.io/kubernetes@v$version" | sed -n 's/.*"Dir": "\(.*\)",/\1/p')
  [ -n "$sources" ] || fail "KUBERNETES: there is no Kubernetes $version"
  {
    sed -n '/^module /p; /^go /p' "$modules/kube/go.mod"
    echo "require k8s.io/kubernetes v$version"
    sed -n "s|^\t\(k8s.io/[^ ]*\) => ./staging/.*|replace \1 => \1 v0.${version#1.}|p" "$sources/go.mod"
  } >"$work/kube/go.mod"
  (cd "$work/kube" && go mod tidy)
}

# build MODULE PACKAGE PROGRAM [ARGUMENT...]
build() {
  module=$modules/$1
  package=$2
  target=$work/$3
  shift 3
  if [ "$module" = "$modules/kube" ] && [ "$version" != "$pinned" ]; then
    if [ ! -d "$work/kube" ]; then write_module_of_version >&2; fi
    module=$work/kube
  fi
  say "building $package"
  (cd "$module" && go "$verb" -buildvcs=false -ldflags "$flags" "$@" -o "$target" "$package") >&2
}

build_program() {
  program=$1
  plugins=github.com/containernetworking/plugins/plugins
  flags='-s -w'
  verb=build
  export CGO_ENABLED=0
  case $program in
    kube* | agnhost | e2e.test | ginkgo)
      minor=${version#1.}
      for package in k8s.io/client-go/pkg/version k8s.io/component-base/version; do
        flags="$flags -X $package.gitVersion=v$version -X $package.gitMajor=1 -X $package.gitMinor=${minor%%.*}"
      done
      ;;
  esac
  case $program in
    etcd) build etcd go.etcd.io/etcd/server/v3 etcd ;;
    agnhost) build kube k8s.io/kubernetes/test/images/agnhost agnhost ;;
    ginkgo) build kube github.com/onsi/ginkgo/v2/ginkgo ginkgo ;;
    e2e.test) verb=test; build kube k8s.io/kubernetes/test/e2e e2e.test -c ;;
    kube*) build kube "k8s.io/kubernetes/cmd/$program" "$program" ;;
    containerd | containerd-shim-runc-v2 | ctr)
      build containerd "github.com/containerd/containerd/v2/cmd/$program" "$program" ;;
    runc) CGO_ENABLED=1; build runc github.com/opencontainers/runc runc -tags seccomp ;;
    ptp | bridge | loopback) build cni "$plugins/main/$program" "$program" ;;
    host-local) build cni "$plugins/ipam/$program" "$program" ;;
    portmap) build cni "$plugins/meta/$program" "$program" ;;
    *) fail "prepare_kubernetes.sh cannot build $program: it has no line there" ;;
  esac
  mkdir -p "$assets/cni"
  mv "$work/$program" "$assets/$(place "$program")"  # a concurrent make's is equivalent
}

mkdir -p "$cache"
find "$cache" -maxdepth 1 -name '.building-*' -mmin +180 -exec rm -rf {} +  # left by killed runs
work=$(mktemp -d "$cache/.building-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
for program; do
  if [ ! -x "$assets/$(place "$program")" ]; then build_program "$program"; fi
done
echo "$assets"

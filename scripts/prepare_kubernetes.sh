#!/bin/sh
# prepare_kubernetes.sh PROGRAM...: prints a folder with these programs, and CNI plugins in its cni/,
# for tests with a real cluster. They are built from the Go modules in tests/kubernetes, once, and
# kept in the user's cache until their own module changes; go verifies every download with the
# checksums in go.sum.
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

# checksum FILE...
checksum() { cat "$@" | sha256sum | cut -c 1-12; }

assets=$cache/kubernetes-$version-$(checksum "$modules"/*/go.mod "$modules"/*/go.sum)

module_of() {
  case $1 in
    crictl | etcd | helm | runc) echo "$1" ;;
    containerd | containerd-shim-runc-v2 | ctr) echo containerd ;;
    flanneld) echo flannel ;;
    ptp | bridge | loopback | host-local | portmap) echo cni ;;
    kube* | agnhost | e2e.test | ginkgo) echo kube ;;
    *) fail "prepare_kubernetes.sh cannot build $1: it has no line there" ;;
  esac
}

# Where a program is kept; $assets has links to those of one version.
store_of() {
  module=$(module_of "$1")
  [ "$module" = kube ] && suffix=-$version || suffix=
  echo "$cache/$module$suffix-$(checksum "$modules/$module/go.mod" "$modules/$module/go.sum")/$1"
}

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

# build PACKAGE [ARGUMENT...]: $program, from its module
build() {
  module=$modules/$(module_of "$program")
  package=$1
  shift
  if [ "$module" = "$modules/kube" ] && [ "$version" != "$pinned" ]; then
    if [ ! -d "$work/kube" ]; then write_module_of_version >&2; fi
    module=$work/kube
  fi
  say "building $package"
  (cd "$module" && go "$verb" -buildvcs=false -ldflags "$flags" "$@" -o "$work/$program" "$package") >&2
}

build_program() {
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
    crictl) build sigs.k8s.io/cri-tools/cmd/crictl ;;
    helm) build helm.sh/helm/v4/cmd/helm ;;
    etcd) build go.etcd.io/etcd/server/v3 ;;
    agnhost) build k8s.io/kubernetes/test/images/agnhost ;;
    ginkgo) build github.com/onsi/ginkgo/v2/ginkgo ;;
    e2e.test) verb=test; build k8s.io/kubernetes/test/e2e -c -vet=off ;;
    kube*) build "k8s.io/kubernetes/cmd/$program" ;;
    containerd* | ctr) build "github.com/containerd/containerd/v2/cmd/$program" ;;
    runc) CGO_ENABLED=1; build github.com/opencontainers/runc -tags seccomp ;;
    flanneld) CGO_ENABLED=1; build github.com/flannel-io/flannel ;;  # for its UDP backend
    ptp | bridge | loopback) build "$plugins/main/$program" ;;
    host-local) build "$plugins/ipam/$program" ;;
    portmap) build "$plugins/meta/$program" ;;
  esac
}

# install PROGRAM: in $assets
install() {
  program=$1
  store=$(store_of "$program")
  if [ ! -x "$store" ]; then
    build_program
    mkdir -p "${store%/*}"
    mv "$work/$program" "$store"  # a concurrent make's is equivalent
  fi
  mkdir -p "$assets/cni"
  target=$assets/$(place "$program")
  [ -x "$target" ] || ln -f "$store" "$target" || [ -x "$target" ]
}

mkdir -p "$cache"
find "$cache" -maxdepth 1 -name '.building-*' -mmin +180 -exec rm -rf {} +  # left by killed runs
work=$(mktemp -d "$cache/.building-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
for program; do install "$program"; done
echo "$assets"

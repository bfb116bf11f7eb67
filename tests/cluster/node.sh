#!/bin/sh
# node.sh start CNI DIRECTORY: a node of Kubernetes and the controllers of its cluster, in the network
# namespace that it is called in, with mounts, processes and control groups of its own. They end with
# this process, however it ends; `node.sh clean` removes the empty control groups that are left then,
# and prints those of its caller's that are not empty yet.
#
#     unshare (killed with the test) -> sh, process 1 of the node -> containerd -> pods
#                                                                 -> kubelet, kube-proxy
#                                                                 -> controllers, scheduler
#
# DIRECTORY holds admin (a kubeconfig), ca.crt and server.key (of service accounts), and gets a log of
# each program. NODE_ADDRESS, PROGRAMS (their folder), PROXY_MODE, IMAGES (archives, separated by
# blanks) and ALIASES (further names of images, "old=new") come from the environment.
set -eu

name=portcullis-cluster  # and the process that called, in names of control groups
tests=$(dirname "$(readlink -f "$0")")

# "controllers directory" of each hierarchy of control groups: the one that this process is in.
own_groups() {
  while IFS=: read -r _ controllers path; do
    controllers=${controllers#name=}
    [ -d "/sys/fs/cgroup/$controllers" ] && [ -n "$controllers" ] || continue
    echo "$controllers /sys/fs/cgroup/$controllers${path%/}"
  done </proc/self/cgroup
}

clean() {
  own_groups | while read -r _ group; do
    for left in "$group/$name-"*; do
      [ -d "$left" ] && [ -z "$(cat "$left/cgroup.procs")" ] || continue
      find "$left" -depth -type d -exec rmdir {} \; 2>/dev/null || true
    done
    [ ! -d "$group/$name-$PPID" ] || echo "$group/$name-$PPID"
  done
}

start() {
  own_groups | while read -r controllers group; do
    own=$group/$name-$PPID
    mkdir "$own"
    if [ "$controllers" = cpuset ]; then
      for file in cpuset.cpus cpuset.mems; do cat "$group/$file" >"$own/$file"; done
    fi
    echo $$ >"$own/cgroup.procs"
  done
  exec unshare --mount --pid --fork --kill-child --cgroup --uts --mount-proc sh "$0" run "$@"
}

# Everything that the programs write goes to one tmpfs, and goes with it.
make_mounts() {
  mount --make-rshared /
  mount -t sysfs sysfs /sys
  mount -t tmpfs tmpfs /sys/fs/cgroup
  while IFS=: read -r _ controllers _; do
    [ -n "$controllers" ] || continue
    mkdir "/sys/fs/cgroup/${controllers#name=}"
    mount -t cgroup -o "$controllers" cgroup "/sys/fs/cgroup/${controllers#name=}"
  done </proc/self/cgroup
  mount -t tmpfs tmpfs /run
  mkdir -p /run/lock
  for place in /var/lib /var/log /opt; do
    mkdir -p "/run/node$place"
    mount --bind "/run/node$place" "$place"
  done
  # The kubelet wants these as it likes them, and they are the whole machine's.
  for file in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops \
      kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
    mkdir -p "/run/node/sys/${file%/*}"
    cat "/proc/sys/$file" >"/run/node/sys/$file"
    mount --bind "/run/node/sys/$file" "/proc/sys/$file"
  done
}

configure() {
  mkdir -p /run/cni
  cp "$tests/$cni.conflist" /run/cni
  sed "s|CNI_PLUGINS|$PROGRAMS/cni|" "$tests/containerd.toml" >/run/containerd.toml
  cp "$tests/kubelet.yaml" /run/kubelet.yaml
  sysctl -qw net.ipv4.ip_forward=1
}

# run_program NAME ARGUMENT...
run_program() {
  program=$1
  "$@" >"$directory/$program.log" 2>&1 &
}

run() {
  cni=$1
  directory=$2
  PATH=$PROGRAMS:$PATH
  make_mounts
  configure
  run_program containerd --config /run/containerd.toml
  until ctr version >/dev/null 2>&1; do sleep 0.1; done
  for image in $IMAGES; do ctr --namespace k8s.io images import "$image"; done
  for alias in $ALIASES; do ctr --namespace k8s.io images tag "${alias%%=*}" "${alias#*=}"; done
  run_program kubelet --config /run/kubelet.yaml --kubeconfig "$directory/admin" \
    --hostname-override node-1 --node-ip "$NODE_ADDRESS"
  run_program kube-proxy --kubeconfig "$directory/admin" --hostname-override node-1 \
    --proxy-mode "$PROXY_MODE" --cluster-cidr 10.244.0.0/16 --conntrack-max-per-core 0
  run_program kube-controller-manager --kubeconfig "$directory/admin" --leader-elect=false \
    --service-account-private-key-file "$directory/server.key" --root-ca-file "$directory/ca.crt" \
    --use-service-account-credentials
  run_program kube-scheduler --kubeconfig "$directory/admin" --leader-elect=false \
    --authentication-kubeconfig "$directory/admin" --authorization-kubeconfig "$directory/admin"
  wait
}

command=$1
shift
"$command" "$@"

#!/bin/sh
# node.sh start NAME CNI DIRECTORY: a node of Kubernetes, and on node-1 the controllers of its cluster,
# in the network namespace that it is called in, with mounts, processes and control groups of its own.
# They end with this process, however it ends; `node.sh clean` removes the empty control groups that
# are left then, and prints those of its caller's that are not empty yet.
#
#     unshare (killed with the test) -> sh, process 1 of the node -> containerd -> pods
#                                                                 -> kubelet, kube-proxy
#                                                                 -> flanneld
#                                                                 -> controllers, scheduler
#
# DIRECTORY holds admin (a kubeconfig), ca.crt and server.key (of service accounts), and gets a log of
# each program. From the environment come ADDRESSES (the node's, "first,second"), PODS (the ranges of
# its pods, "first,second"), ALL_PODS (the cluster's, "IPv4,IPv6"), PROGRAMS (their folder), PROXY_MODE,
# IMAGES (archives, separated by blanks) and ALIASES (further names of images, "old=new"). If NRI is set,
# it is a folder that gets the socket of the Node Resource Interface. If STATIC_PODS is set, it is a
# folder of manifests, and the node belongs to no cluster: there are only containerd and a kubelet. If
# RUNTIME_ONLY is set, there is only containerd.
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
    ls -d "$group/$name-$PPID-"* 2>/dev/null || true
  done
}

start() {
  own_groups | while read -r controllers group; do
    own=$group/$name-$PPID-$1
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
  if [ -n "${NRI:-}" ]; then
    mkdir /run/nri
    mount --bind "$NRI" /run/nri
  fi
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
  sed "s|CNI_PLUGINS|$PROGRAMS/cni|" "$tests/containerd.toml" >/run/containerd.toml
  cp "$tests/kubelet.yaml" /run/kubelet.yaml
  sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

# run_program NAME ARGUMENT...
run_program() {
  program=$1
  "$@" >"$directory/$node.$program.log" 2>&1 &
}

start_containerd() {
  run_program containerd --config /run/containerd.toml
  until ctr version >/dev/null 2>&1; do sleep 0.1; done
  for image in $IMAGES; do ctr --namespace k8s.io images import "$image"; done
  for alias in $ALIASES; do ctr --namespace k8s.io images tag "${alias%%=*}" "${alias#*=}"; done
}

# With its ranges, which the controllers would give it in an order that depends on who comes first, and
# with an annotation of the kubelet's: flanneld crashes if there are none.
register() {
  until HOME=$directory kubectl --kubeconfig "$directory/admin" create -f - >/dev/null 2>&1 <<EOF
{"apiVersion": "v1", "kind": "Node",
 "metadata": {"name": "$node",
   "annotations": {"volumes.kubernetes.io/controller-managed-attach-detach": "true"}},
 "spec": {"podCIDR": "${PODS%,*}", "podCIDRs": ["${PODS%,*}", "${PODS#*,}"]}}
EOF
  do sleep 0.5; done
}

# start_flannel BACKEND: with the arguments and the configuration of its manifest for Kubernetes
start_flannel() {
  cat >/run/net-conf.json <<EOF
{"Network": "${ALL_PODS%,*}", "EnableIPv6": true, "IPv6Network": "${ALL_PODS#*,}",
 "Backend": {"Type": "$1"}}
EOF
  export NODE_NAME="$node"
  run_program flanneld --kubeconfig-file "$directory/admin" --kube-subnet-mgr --ip-masq \
    --net-config-path /run/net-conf.json
  until [ -f /run/flannel/subnet.env ]; do sleep 0.1; done
  . /run/flannel/subnet.env
}

# flannel.conflist is what Flannel's own CNI plugin would have another one do.
connect_pods() {
  case $cni in
    vxlan) start_flannel vxlan; plugin=flannel ;;
    hostgw) start_flannel host-gw; plugin=flannel ;;
    *) plugin=$cni ;;
  esac
  sed "s|FIRST_RANGE|${PODS%,*}|; s|SECOND_RANGE|${PODS#*,}|; s|FLANNEL_NETWORK|${FLANNEL_NETWORK:-}|
       s|FLANNEL_IPV6_NETWORK|${FLANNEL_IPV6_NETWORK:-}|; s|FLANNEL_MTU|${FLANNEL_MTU:-}|" \
    "$tests/$plugin.conflist" >/run/cni/pods.conflist
}

start_controllers() {
  run_program kube-controller-manager --kubeconfig "$directory/admin" --leader-elect=false \
    --service-account-private-key-file "$directory/server.key" --root-ca-file "$directory/ca.crt" \
    --use-service-account-credentials
  run_program kube-scheduler --kubeconfig "$directory/admin" --leader-elect=false \
    --authentication-kubeconfig "$directory/admin" --authorization-kubeconfig "$directory/admin"
}

# Restarts containerd whenever there is DIRECTORY/restart.
run_alone() {
  containerd=$!
  printf 'staticPodPath: %s\nenableServer: false\n' "$STATIC_PODS" >>/run/kubelet.yaml
  run_program kubelet --config /run/kubelet.yaml --hostname-override "$node" --node-ip "$ADDRESSES"
  connect_pods
  while sleep 0.5; do
    [ -e "$directory/restart" ] || continue
    kill "$containerd"
    wait "$containerd" || true
    run_program containerd --config /run/containerd.toml
    containerd=$!
    rm "$directory/restart"
  done
}

run() {
  node=$1
  cni=$2
  directory=$3
  PATH=$PROGRAMS:$PATH
  make_mounts
  configure
  start_containerd
  if [ -n "${RUNTIME_ONLY:-}" ]; then
    connect_pods
    wait
    exit
  fi
  [ -z "${STATIC_PODS:-}" ] || run_alone
  register
  run_program kubelet --config /run/kubelet.yaml --kubeconfig "$directory/admin" \
    --hostname-override "$node" --node-ip "$ADDRESSES"
  run_program kube-proxy --kubeconfig "$directory/admin" --hostname-override "$node" \
    --proxy-mode "$PROXY_MODE" --cluster-cidr "$ALL_PODS" --conntrack-max-per-core 0
  [ "$node" != node-1 ] || start_controllers
  connect_pods
  wait
}

command=$1
shift
"$command" "$@"

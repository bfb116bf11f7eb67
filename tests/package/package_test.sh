#!/bin/sh
# package_test.sh DEB: installs, runs, upgrades, removes and purges the package in a Debian of its own,
# first in a plain chroot, as who builds an image does, then booted with systemd. Needs root. The
# machine's own services, packages and rules are not touched.
set -eu

package=$(realpath "$1")
export LC_ALL=C.UTF-8
here=$(dirname "$(realpath "$0")")
cache=$(dirname "$package")
work=$(mktemp -d /tmp/portcullis-package-XXXXXX)
root=$work/root
machine=${work##*/}
nspawn=""
leader=""

say() { echo "$(date +%H:%M:%S) $*"; }
fail() {
  say "FAILED: $*"
  [ -z "$leader" ] || in_node journalctl --no-pager --lines=40 --unit='portcullis*' || true
  exit 1
}
finish() {
  status=$?
  [ -z "$leader" ] || kill -KILL "$leader" 2>/dev/null || true
  [ -z "$nspawn" ] || wait "$nspawn" 2>/dev/null || true
  rm -rf "$work"
  for group in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
    find "$group/payload" "$group/supervisor" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
  rmdir "/run/systemd/nspawn/propagate/$machine" "/run/systemd/nspawn/unix-export/$machine" 2>/dev/null || true
  exit $status
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# --- a Debian, with what the package depends on ---

make_base() {
  packages=$(dpkg-deb --field "$package" Depends | sed 's/([^)]*)//g; s/ //g')
  packages=$packages,systemd,systemd-sysv,nftables,man-db,curl,openssl
  base=$cache/debian-$(echo "$packages" | cksum | cut -d ' ' -f 1).tar
  if [ ! -f "$base" ]; then
    say "making a Debian, once"
    mmdebstrap --variant=minbase --quiet --include="$packages" bookworm "$cache/new.tar"
    mv "$cache/new.tar" "$base"
  fi
  mkdir "$root"
  tar --extract --file "$base" --directory "$root"
}

# The same with a higher version, and a configuration file that ships changed.
make_next_version() {
  dpkg-deb --raw-extract "$package" "$work/next"
  sed -i 's/^Version: .*/&+next/' "$work/next/DEBIAN/control"
  echo '# of the next version' >>"$work/next/etc/portcullis/config.yaml"
  dpkg-deb --root-owner-group --build "$work/next" "$root/next.deb" >/dev/null
  cp "$package" "$root/first.deb"
}

# --- in a chroot ---

in_chroot() {
  unshare --net --pid --mount --fork sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' \
    "$root" "$@"
}

files() {
  (cd "$root" && find etc usr var run lib -xdev \
    \( -path var/lib/dpkg -o -path var/log -o -path var/cache -o -path run/systemd \) -prune -o -print | sort)
}

check_texts() {
  [ "$(in_chroot portcullis --version)" = "portcullis $(dpkg-deb --field "$package" Version)" ] ||
    fail "--version is not the package's"
  in_chroot man --where portcullis | grep -q /man8/portcullis.8 || fail "man finds no page"
  wrong=$(in_chroot man --warnings portcullis 2>&1 >/dev/null)
  [ -z "$wrong" ] || fail "the manual page: $wrong"
  in_chroot bash -euc '
    . /usr/share/bash-completion/completions/portcullis
    complete -p portcullis
    COMP_WORDS=(portcullis run --table ""); COMP_CWORD=3; _portcullis
    [ "${COMPREPLY[*]}" = "owned shared" ]' >/dev/null || fail "bash does not complete"
  zsh -n "$root/usr/share/zsh/vendor-completions/_portcullis" || fail "zsh cannot read its completion"
  completed=$(HOME=$work fish --no-config --command "
    source $root/usr/share/fish/vendor_completions.d/portcullis.fish
    complete --do-complete 'portcullis run --table '" | cut -f 1)
  [ "$(echo $completed)" = "owned shared" ] || fail "fish completes: $completed"
}

check_units() {
  units="/usr/lib/systemd/system/portcullis.service /usr/lib/systemd/system/portcullis-restore.service"
  wrong=$(in_chroot systemd-analyze verify $units 2>&1) || fail "units: $wrong"
  [ -z "$wrong" ] || fail "units: $wrong"
  for unit in $units; do
    exposure=$(in_chroot env SYSTEMD_COLORS=0 systemd-analyze security --no-pager --offline=true \
      --threshold=20 "$unit") || fail "$unit is too exposed: $exposure"
  done
}

chroot_test() {
  say "in a chroot"
  before=$(files)
  in_chroot dpkg --install /first.deb >/dev/null 2>&1
  [ -d "$root/etc/portcullis/manifests" ] || fail "no directory of manifests"
  [ -f "$root/usr/share/doc/portcullis/examples/api-policy.yaml" ] || fail "no examples"
  check_texts
  check_units
  in_chroot dpkg --install --force-confold /next.deb >/dev/null
  in_chroot dpkg --remove portcullis >/dev/null 2>&1
  [ -f "$root/etc/portcullis/config.yaml" ] || fail "removing took the configuration, as purging does"
  in_chroot dpkg --purge portcullis >/dev/null
  left=$(echo "$before" | { files | diff /dev/fd/3 - || true; } 3<&0)
  [ -z "$left" ] || fail "purged, but for: $left"
}

# --- booted ---

in_node() { nsenter --target "$leader" --all --root --wd -- "$@"; }

# eventually COMMAND...: until it succeeds, for at most 30 s.
eventually() {
  deadline=$(($(date +%s) + 30))
  until "$@" >/dev/null 2>&1; do
    [ "$(date +%s)" -le "$deadline" ] || fail "never true: $*"
    sleep 0.1
  done
}

find_leader() { leader=$(pgrep --parent "$nspawn" systemd); }
is_booted() { find_leader && in_node systemctl is-system-running | grep -q running; }
boot() {
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=${UNIFIED:-0} systemd-nspawn --quiet --directory="$root" \
    --machine="$machine" --boot --private-network --register=no --keep-unit --console=pipe \
    </dev/null >"$work/console" 2>&1 &
  nspawn=$!
  eventually is_booted
}

shut_down() {
  in_node systemctl poweroff --no-block 2>/dev/null
  wait "$nspawn" || true
  nspawn=""
  leader=""
}

manifest() {
  cat <<EOF
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: default}, status: {podIPs: [{ip: $1}]}}
---
EOF
  cat "$here/../../manifests/examples/default-deny-ingress.yaml"
}
enforce() { manifest "$1" >"$root/etc/portcullis/manifests/web.yaml"; }
table() { in_node nft --handle list table inet portcullis; }
table_has() { table | grep -qF "$1"; }
handle() { table | sed -n 's/^table inet portcullis.* # handle //p'; }
daemon() { in_node systemctl show --property MainPID --value portcullis.service; }
is() { [ "$(in_node systemctl "is-$1" "$2" || true)" = "$3" ] || fail "$2 is not $3"; }

# What the filter refuses is EPERM for users, and the end of the daemon here.
break_at_refused_calls() {
  mkdir -p "$root/etc/systemd/system/portcullis.service.d"
  printf '[Service]\nSystemCallErrorNumber=kill\n' \
    >"$root/etc/systemd/system/portcullis.service.d/test.conf"
  in_node systemctl daemon-reload
}

check_sandbox() {
  pid=$(daemon)
  in_node grep -q '^Seccomp:	2' "/proc/$pid/status" || fail "no filter of system calls"
  in_node grep -q '^CapEff:	0000000010001800$' "/proc/$pid/status" ||
    fail "capabilities: $(in_node grep Cap "/proc/$pid/status")"
  [ "$(in_node systemctl show --property NRestarts --value portcullis.service)" = 0 ] ||
    fail "the daemon did not live: $(in_node systemctl status portcullis.service)"
}

install_test() {
  say "booted: installed"
  in_node sh -c 'cd / && ln first.deb portcullis_0.1.0_amd64.deb &&
    apt install ./portcullis_0.1.0_amd64.deb && rm portcullis_0.1.0_amd64.deb' >/dev/null 2>&1 ||
    fail "apt does not install it"
  is enabled portcullis-restore.service enabled
  is enabled portcullis.service disabled
  is active portcullis.service inactive
  break_at_refused_calls
  in_node systemctl enable --quiet --now portcullis.service || fail "the daemon does not start"
  is active portcullis.service active
  enforce 10.0.0.1
  eventually table_has 10.0.0.1
  enforce 10.0.0.2
  eventually table_has 10.0.0.2
  # What the last change replaced goes a moment later.
  eventually in_node portcullis diff
  in_node curl --silent --fail http://127.0.0.1:9909/metrics | grep -q '^portcullis_ready 1' ||
    fail "the metrics"
  eventually test -f "$root/var/lib/portcullis/ruleset"
  check_sandbox
}

upgrade_test() {
  say "upgraded, with a configuration of the administrator's"
  echo 'log-level: debug' >>"$root/etc/portcullis/config.yaml"
  table_before=$(handle)
  daemon_before=$(daemon)
  in_node dpkg --install --force-confold /next.deb >/dev/null 2>&1
  eventually is_other_daemon "$daemon_before"
  eventually in_node portcullis diff
  [ "$(handle)" = "$table_before" ] || fail "the table was recreated"
  grep -q 'log-level: debug' "$root/etc/portcullis/config.yaml" || fail "the configuration is lost"
  check_sandbox
}
is_other_daemon() { [ "$(daemon)" != "$1" ] && [ "$(daemon)" != 0 ]; }

away_test() {
  say "upgraded while the API server is away"
  cat >"$root/etc/portcullis/kubeconfig" <<EOF
clusters: [{name: a, cluster: {server: 'https://127.0.0.1:1'}}]
users: [{name: a, user: {token: t}}]
contexts: [{name: a, context: {cluster: a, user: a}}]
current-context: a
EOF
  cp "$root/etc/portcullis/config.yaml" "$work/config.yaml"
  echo 'kubeconfig: /etc/portcullis/kubeconfig' >"$root/etc/portcullis/config.yaml"
  in_node systemctl --no-block restart portcullis.service
  eventually is_waiting
  daemon_before=$(daemon)
  in_node dpkg --install --force-confold /first.deb >/dev/null 2>&1
  eventually is_other_daemon "$daemon_before"
  table_has 10.0.0.2 || fail "the rules of the last run are gone"
  check_sandbox
}
is_waiting() { in_node journalctl --unit=portcullis.service | grep -q "cannot follow [a-z]*, retrying: .*${1:-}"; }

# A server that answers every request, in TLS, with a page of its own.
tls_test() {
  say "in a TLS session, with a token from a credential plugin"
  in_node sh -c 'cd /etc/portcullis && openssl req -x509 -newkey rsa:2048 -nodes \
    -subj /CN=node -addext subjectAltName=IP:127.0.0.1 -keyout server.key -out server.crt 2>/dev/null &&
    { openssl s_server -quiet -www -accept 6443 -cert server.crt -key server.key >/dev/null 2>&1 & }' ||
    fail "no server"
  cat >"$root/etc/portcullis/kubeconfig" <<EOF
clusters:
- name: a
  cluster: {server: 'https://127.0.0.1:6443', certificate-authority: server.crt}
users:
- name: a
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: /bin/echo
      interactiveMode: Never
      args: ['{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "t"}}']
contexts: [{name: a, context: {cluster: a, user: a}}]
current-context: a
EOF
  in_node systemctl --no-block restart portcullis.service
  eventually is_waiting 'that is not JSON'
  check_sandbox
  in_node sh -c 'kill $(pidof openssl)'
  mv "$work/config.yaml" "$root/etc/portcullis/config.yaml"
  rm "$root/etc/portcullis/kubeconfig" "$root/etc/portcullis/server.key" "$root/etc/portcullis/server.crt"
  in_node systemctl restart portcullis.service
}

boot_test() {
  say "booted again without the daemon: the rules are there before the network"
  in_node systemctl disable --quiet portcullis.service
  shut_down
  boot
  is active portcullis.service inactive
  table_has 10.0.0.2 || fail "nothing was restored"
  restored=$(in_node systemctl show --property ActiveEnterTimestampMonotonic --value portcullis-restore.service)
  network=$(in_node systemctl show --property ActiveEnterTimestampMonotonic --value network-pre.target)
  [ "$restored" -le "$network" ] || fail "restored at $restored, after the network at $network"
}

remove_test() {
  say "removed and purged beside a daemon that is not the package's"
  in_node sh -c 'portcullis run --manifests /etc/portcullis/manifests >/dev/null 2>&1 &'
  eventually in_node portcullis diff
  in_node dpkg --purge portcullis >/dev/null 2>&1
  table_has 10.0.0.2 || fail "purging took the table of a daemon that runs"
  [ -f "$root/var/lib/portcullis/ruleset" ] || fail "purging took the ruleset of a daemon that runs"
  in_node sh -c 'kill $(pidof portcullis)'
  say "removed and purged with its service running"
  in_node dpkg --install /first.deb >/dev/null 2>&1
  in_node systemctl enable --quiet --now portcullis.service
  in_node dpkg --remove portcullis >/dev/null 2>&1
  ! table >/dev/null 2>&1 || fail "the table stayed"
  [ ! -e "$root/var/lib/portcullis/ruleset" ] || fail "the ruleset stayed"
  rm -r "$root/etc/portcullis/manifests" "$root/etc/systemd/system/portcullis.service.d"
  in_node dpkg --purge portcullis >/dev/null 2>&1
  left=$(in_node find / -xdev -name '*portcullis*' -not -path '/var/lib/dpkg/*' \
    -not -path '/var/cache/*')
  [ -z "$left" ] || fail "purged, but for: $left"
}

make_base
make_next_version
chroot_test
boot
install_test
upgrade_test
away_test
tls_test
boot_test
remove_test
say "passed"

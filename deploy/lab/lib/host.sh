# Sourced by lab: the life of one lab host.

host_number() { echo "${1#host-}"; }

hosts() { [ -d "$HOSTS" ] && (cd "$HOSTS" && find . -mindepth 1 -maxdepth 1 -name 'host-*' -printf '%f\n' | sort -V); }

# Ids of the processes that have this very argument.
processes_with() {
  local wanted=$1 pid
  for pid in $(pgrep -f -- "$wanted" || true); do
    if { tr '\0' '\n' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qxF -- "$wanted"; then echo "$pid"; fi
  done
}

# The id of the unshare process; its death takes the host with it.
host_pid() {
  local pid
  pid=$(cat "$HOSTS/$1/pid" 2>/dev/null) || return 1
  { tr '\0' '\n' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qxF -- "kvorum-lab:$HOSTS/$1" && echo "$pid"
}

# The host's PID 1 as the machine sees it.
host_init_pid() { pgrep -P "$(host_pid "$1")" | head -n 1; }

in_host() {
  local host=$1 pid
  shift
  pid=$(host_init_pid "$host") || { echo "$host is off" >&2; return 1; }
  nsenter -t "$pid" --mount --uts --ipc --pid --net -- "$@"
}

host_create() {
  local host=$1 dir=$HOSTS/$1 conf address
  address=$(host_address "$host")
  mkdir -p "$dir/local" "$dir/fs/etc/kvorum" "$dir/fs/var/cache/libvirt/qemu" "$dir/fs/var/lib/libvirt" "$dir/fs/var/log" "$dir/fs/etc/pki/qemu"
  mkdir -p "$dir/fs/etc/libvirt/qemu/networks" "$dir/fs/etc/libvirt/nwfilter"
  conf=$dir/fs/etc/libvirt
  [ -d "$LAB_DIR/cache/capabilities" ] && cp -a "$LAB_DIR/cache/capabilities" "$dir/fs/var/cache/libvirt/qemu/"
  [ -s "$dir/uuid" ] || cat /proc/sys/kernel/random/uuid >"$dir/uuid"
  cat >"$conf/libvirtd.conf" <<EOF
host_uuid = "$(cat "$dir/uuid")"
listen_tls = $([ -e "$dir/tcp" ] && echo 0 || echo 1)
listen_tcp = $([ -e "$dir/tcp" ] && echo 1 || echo 0)
auth_tcp = "none"
auth_unix_rw = "none"
listen_addr = "$address"
log_outputs = "3:file:/var/log/libvirt/libvirtd.log"
EOF
  cat >"$conf/qemu.conf" <<EOF
user = "root"
group = "root"
dynamic_ownership = 0
cgroup_controllers = []
security_driver = "none"
namespaces = []
stdio_handler = "logd"
migration_address = "$address"
migration_host = "$address"
default_tls_x509_cert_dir = "/etc/pki/qemu"
migrate_tls_x509_verify = 1
vnc_listen = "127.0.0.1"
lock_manager = "sanlock"
EOF
  # Only VMs that ask for a lease have one.
  printf 'auto_disk_leases = 0\nrequire_lease_for_disks = 0\nuser = "root"\ngroup = "root"\n' >"$conf/qemu-sanlock.conf"
  : >"$conf/virtlogd.conf"
  : >"$conf/network.conf"
  cat >"$dir/fs/etc/kvorum/agent.properties" <<EOF
# Emulated guests on folders of one file system: settings for a lab, not for production.
hypervisor.uri = qemu:///system
hypervisor.virtualization = tcg
migration.transport = $([ -e "$dir/tcp" ] && echo tcp || echo tls)
migration.unsafe = true
listen.address = $address
lease.io-timeout-seconds = 2
upgrade.command = sh /etc/kvorum/upgrade
EOF
  # A lab host's software is the machine's. Its upgrade only replaces the agent, and wants a reboot where it is told to.
  cat >"$dir/fs/etc/kvorum/upgrade" <<'EOF'
pkill -9 -f io.kvorum.agent.AgentMain
sleep 3
[ ! -e /etc/kvorum/wants-reboot ] || touch /run/reboot-required
echo upgraded >>/etc/kvorum/upgraded
echo "1 upgraded, 0 newly installed"
EOF
}

# Makes the control group in which the host's CPU time is counted, and prints its path.
host_cpu_group() {
  local root=/sys/fs/cgroup
  [ -d "$root/cpuacct" ] && root=$root/cpuacct
  mkdir -p "$root/kvorum-lab/$1" 2>/dev/null && echo "$root/kvorum-lab/$1"
}

host_power_on() {
  local host=$1 dir=$HOSTS/$1 group
  host_pid "$host" >/dev/null && return
  network_up "$host"
  rm -f "$dir/proc-stat"
  group=$(host_cpu_group "$host") && printf '%-100s\n' 'cpu  0 0 0 1 0 0 0 0 0 0' >"$dir/proc-stat"
  # The argument after -- is what finds the process again; tini passes it on to nobody.
  # shellcheck disable=SC2016
  KVORUM_LAB_HOST=$host setsid bash -c '[ -z "$1" ] || echo $$ >"$1/cgroup.procs"; shift; exec "$@"' host "$group" \
    ip netns exec "$(namespace "$host")" \
    unshare --mount --uts --ipc --pid --fork --kill-child --mount-proc \
    tini -- bash -c 'shift; exec "$@"' host "kvorum-lab:$dir" "$LAB_HOME/host-init" "$LAB_DIR" "$host" "$(host_address "$host")" \
    </dev/null >"$dir/console.log" 2>&1 9>&- &
  echo $! >"$dir/pid"
  if [ -n "$group" ]; then
    setsid "$LAB_HOME/cpu-account" "$dir/proc-stat" "$group" "$(cat "$dir/pid")" </dev/null >"$dir/cpu-account.log" 2>&1 9>&- &
  fi
}

host_power_off() {
  local host=$1 pid attempt
  for pid in $(processes_with "kvorum-lab:$HOSTS/$host"); do kill -9 "$pid" 2>/dev/null || true; done
  for attempt in $(seq 50); do
    [ -z "$(processes_with "kvorum-lab:$HOSTS/$host")" ] && break
    sleep 0.1
  done
  network_down "$host"
  rm -f "$HOSTS/$host/pid"
}

host_wait() {
  local host=$1 attempt
  for attempt in $(seq 150); do
    in_host "$host" virsh -q uri >/dev/null 2>&1 && return
    sleep 0.2
  done
  echo "libvirtd of $host does not answer after 30 s; see $HOSTS/$host/fs/var/log/libvirtd.log" >&2
  return 1
}

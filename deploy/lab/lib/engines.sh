# Sourced by lab: replicas of the engine as production has them. One PostgreSQL and three ZooKeepers on the lab's bridge,
# and each engine in a network namespace of its own, so that it can be cut off from any of them.

readonly ENGINES=$LAB_DIR/engines
readonly ZOOKEEPER_PORTS="2181 2182 2183" POSTGRES_PORT=5433 ENGINE_PORT=8080

engine_address() { echo "$LAB_SUBNET.$((200 + $1))"; }
engine_namespace() { echo "kv-engine-$1"; }
engine_numbers() { [ -d "$ENGINES" ] && (cd "$ENGINES" && find . -mindepth 1 -maxdepth 1 -name 'engine-*' -printf '%f\n' | sed 's/engine-//' | sort -n); }
known_engine() {
  [[ ${1:-} =~ ^[1-9]$ ]] && [ -d "$ENGINES/engine-$1" ] || {
    echo "No engine '${1:-}' in $ENGINES; there are: $(engine_numbers | tr '\n' ' ')" >&2
    exit 2
  }
}
known_zookeeper() { [[ ${1:-} =~ ^[1-3]$ ]] || { echo "ZooKeepers are 1, 2 and 3, not '${1:-}'" >&2; exit 2; }; }

engines_up() {
  local count=${1:-} number
  [[ $count =~ ^[1-9]$ ]] || { echo "engines wants a number from 1 to 9, got '$count'" >&2; exit 2; }
  # The package would otherwise start a server of its own.
  if [ ! -e /usr/lib/postgresql ]; then
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
  fi
  need_packages postgresql iproute2 iptables util-linux procps curl
  # shellcheck source=deploy/lib/toolchain.sh
  source "$LAB_HOME/../lib/toolchain.sh"
  find_jdk
  engines_down
  mkdir -p "$ENGINES"
  chmod 711 "$LAB_DIR" "$ENGINES"
  bridge_up
  postgres_create
  for number in 1 2 3; do zookeeper_start "$number"; done
  for number in $(seq "$count"); do
    engine_create "$number"
    engine_start "$number"
    # The first one makes the installation's keys, which all share.
    [ "$number" -gt 1 ] || engine_wait 1
  done
  for number in $(seq "$count"); do engine_wait "$number"; done
}

engines_down() {
  local number pid
  for number in $(engine_numbers) $(ip netns list 2>/dev/null | sed -n 's/^kv-engine-\([0-9]*\).*/\1/p'); do
    engine_kill "$number"
    ip link delete "kvl-engine-$number" 2>/dev/null || true
    ip netns delete "$(engine_namespace "$number")" 2>/dev/null || true
  done
  for number in 1 2 3; do zookeeper_kill "$number"; done
  if [ -e "$ENGINES/postgres/data/postmaster.pid" ]; then postgres_control stop -m immediate; fi
  for pid in $(processes_with "$ENGINES/postgres/data"); do kill -9 "$pid" 2>/dev/null || true; done
  rm -rf "$ENGINES"
}

# as_postgres PROGRAM ARGUMENT...: of the newest PostgreSQL that is installed.
as_postgres() {
  local program=$1 bin
  shift
  bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -n 1)
  runuser -u postgres -- "$bin/$program" "$@"
}

postgres_control() {
  as_postgres pg_ctl -D "$ENGINES/postgres/data" -l "$ENGINES/postgres/log" -w "$@" >/dev/null 2>&1 9>&-
}

postgres_create() {
  local dir=$ENGINES/postgres
  install -d -o postgres -m 700 "$dir"
  (umask 077 && head -c 18 /dev/urandom | base64 | tr -d '/+=' >"$ENGINES/postgres-password")
  install -o postgres -m 600 "$ENGINES/postgres-password" "$dir/password"
  as_postgres initdb -D "$dir/data" -U kvorum -A scram-sha-256 --pwfile="$dir/password" >/dev/null
  echo "host all all $LAB_SUBNET.0/24 scram-sha-256" >>"$dir/data/pg_hba.conf"
  printf "listen_addresses = '%s'\nport = %s\nunix_socket_directories = '%s'\n" "$LAB_SUBNET.1" "$POSTGRES_PORT" "$dir" \
    >>"$dir/data/postgresql.conf"
  postgres_control start
}

zookeeper_start() {
  local number=$1 dir=$ENGINES/zookeeper-$1 port other libraries
  port=$(echo "$ZOOKEEPER_PORTS" | cut -d ' ' -f "$number")
  libraries=$LAB_HOME/../../engine/server/target/quarkus-app/lib/main
  [ -d "$libraries" ] || { echo "The engine is not built: run deploy/mvn install -DskipTests first." >&2; exit 3; }
  mkdir -p "$dir/data"
  echo "$number" >"$dir/data/myid"
  {
    printf 'tickTime=500\ninitLimit=10\nsyncLimit=4\ndataDir=%s/data\nclientPortAddress=%s\nclientPort=%s\n' "$dir" "$LAB_SUBNET.1" "$port"
    printf 'admin.enableServer=false\n4lw.commands.whitelist=*\n'
    for other in 1 2 3; do echo "server.$other=$LAB_SUBNET.1:$((2880 + other)):$((3880 + other))"; done
  } >"$dir/zoo.cfg"
  setsid "$JAVA_HOME/bin/java" -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$libraries/*" \
    org.apache.zookeeper.server.quorum.QuorumPeerMain "$dir/zoo.cfg" </dev/null >>"$dir/log" 2>&1 9>&- &
}

zookeeper_kill() {
  local pid
  for pid in $(processes_with "$ENGINES/zookeeper-$1/zoo.cfg"); do kill -9 "$pid" 2>/dev/null || true; done
}

engine_create() {
  local number=$1 dir=$ENGINES/engine-$1 ns address other port
  ns=$(engine_namespace "$number") address=$(engine_address "$number")
  mkdir -p "$dir"
  [ "$number" = 1 ] || cp -a "$ENGINES/engine-1/ca" "$dir/"
  ip netns add "$ns"
  ip link add "kvl-engine-$number" type veth peer name eth0 netns "$ns"
  ip link set "kvl-engine-$number" master "$LAB_BRIDGE" up
  ip -n "$ns" link set lo up
  ip -n "$ns" address add "$address/24" dev eth0
  ip -n "$ns" link set eth0 up
  cat >"$dir/environment" <<EOF
KVORUM_DATA_DIR=$dir
KVORUM_REPLICA_ID=engine-$number
KVORUM_REPLICA_ADDRESS=http://$address:$ENGINE_PORT
KVORUM_LEADERSHIP_ZOOKEEPER=$(for port in $ZOOKEEPER_PORTS; do printf '%s:%s,' "$LAB_SUBNET.1" "$port"; done | sed 's/,$//')
KVORUM_ENROLLMENT_ENDPOINTS=$(for other in $(seq "${ENGINE_COUNT:-3}"); do printf '%s:8444,' "$(engine_address "$other")"; done | sed 's/,$//')
QUARKUS_DATASOURCE_JDBC_URL=jdbc:postgresql://$LAB_SUBNET.1:$POSTGRES_PORT/postgres
QUARKUS_DATASOURCE_USERNAME=kvorum
QUARKUS_DATASOURCE_PASSWORD=$(cat "$ENGINES/postgres-password")
QUARKUS_HTTP_HOST=0.0.0.0
QUARKUS_HTTP_PORT=$ENGINE_PORT
EOF
  chmod 600 "$dir/environment"
}

# The id of the engine's own process: the JVM that has its data folder in its environment.
engine_pid() {
  local pid
  for pid in $(pgrep -f quarkus-run.jar || true); do
    if { tr '\0' '\n' <"/proc/$pid/environ"; } 2>/dev/null | grep -qxF "KVORUM_DATA_DIR=$ENGINES/engine-$1"; then echo "$pid"; fi
  done
}

engine_start() {
  local dir=$ENGINES/engine-$1
  [ -z "$(engine_pid "$1")" ] || return 0
  (
    set -a
    # shellcheck source=/dev/null
    source "$dir/environment"
    exec setsid ip netns exec "$(engine_namespace "$1")" "$LAB_HOME/../../engine/server/src/main/sh/kvorum-engine"
  ) </dev/null >>"$dir/engine.log" 2>&1 9>&- &
}

engine_wait() {
  local attempt
  for attempt in $(seq 600); do
    curl -sf -o /dev/null "http://$(engine_address "$1"):$ENGINE_PORT/q/health/ready" && return
    sleep 0.2
  done
  echo "Engine $1 is not ready after 120 s; see $ENGINES/engine-$1/engine.log" >&2
  return 1
}

engine_kill() {
  local pid
  for pid in $(engine_pid "$1"); do kill -9 "$pid" 2>/dev/null || true; done
}

# engine_cut N zookeeper|postgres|HOST: nothing passes between them any more, in either direction.
engine_cut() { engine_filter -I "$@"; }
engine_heal() { engine_filter -D "$@"; }
engine_filter() {
  local action=$1 number=$2 what=${3:-} ns ports=() address
  ns=$(engine_namespace "$number")
  case $what in
    zookeeper) address=$LAB_SUBNET.1 ports=(2181:2183) ;;
    postgres) address=$LAB_SUBNET.1 ports=("$POSTGRES_PORT") ;;
    *) known_host "$what"; address=$(host_address "$what") ports=(1:65535) ;;
  esac
  ip netns exec "$ns" iptables -w "$action" OUTPUT -p tcp -d "$address" --dport "${ports[0]}" -j DROP
  ip netns exec "$ns" iptables -w "$action" INPUT -p tcp -s "$address" --sport "${ports[0]}" -j DROP
}

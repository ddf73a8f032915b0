# Sourced by lab: the lab's network. Bridge kvlab0 in the root namespace, a namespace and a veth pair for each host.

readonly LAB_BRIDGE=kvlab0
readonly LAB_SUBNET=10.88.0

host_address() { echo "$LAB_SUBNET.$((10 + $(host_number "$1")))"; }
bmc_address() { echo "$LAB_SUBNET.$((100 + $(host_number "$1")))"; }
namespace() { echo "kv-$1"; }
uplink() { echo "kvl-$1"; }

bridge_up() {
  ip link show "$LAB_BRIDGE" >/dev/null 2>&1 || ip link add "$LAB_BRIDGE" type bridge
  # Without an address of its own a bridge takes the lowest of its ports', and changes it as hosts come and go.
  ip link set "$LAB_BRIDGE" address 52:54:00:88:00:01
  ip address replace "$LAB_SUBNET.1/24" dev "$LAB_BRIDGE"
  ip link set "$LAB_BRIDGE" up
}

# Bridge br0 inside the host carries its address; bridged VM networks attach to it.
network_up() {
  local host=$1 ns
  ns=$(namespace "$host")
  network_down "$host"
  ip netns add "$ns"
  ip link add "$(uplink "$host")" type veth peer name eth0 netns "$ns"
  ip link set "$(uplink "$host")" master "$LAB_BRIDGE" up
  ip -n "$ns" link set lo up
  ip -n "$ns" link add br0 type bridge
  ip -n "$ns" link set br0 address "52:54:00:88:01:$(printf '%02x' "$(host_number "$host")")"
  ip -n "$ns" link set eth0 master br0 up
  ip -n "$ns" link set br0 up
  ip -n "$ns" address add "$(host_address "$host")/24" dev br0
  ip -n "$ns" route add default via "$LAB_SUBNET.1"
  ip address replace "$(bmc_address "$host")/32" dev "$LAB_BRIDGE"
}

network_down() {
  local host=$1
  ip link delete "$(uplink "$host")" 2>/dev/null || true
  ip netns delete "$(namespace "$host")" 2>/dev/null || true
}

is_cut() { ! ip link show "$(uplink "$1")" 2>/dev/null | grep -q '[<,]UP[,>]'; }

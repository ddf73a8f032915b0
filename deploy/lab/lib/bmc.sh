# Sourced by lab: a BMC for each host on the BMC's own address: ipmi_sim speaking IPMI 2.0 on port 623, or redfish-bmc on 443.

bmc_kind() { [ -e "$HOSTS/$1/redfish" ] && echo redfish || echo ipmilan; }
bmc_port() { [ -e "$HOSTS/$1/redfish" ] && echo 443 || echo 623; }

# What its processes have in their command lines.
bmc_mark() { [ -e "$HOSTS/$1/redfish" ] && echo "$HOSTS/$1/bmc/bmc.pem" || echo "$HOSTS/$1/bmc/lan.conf"; }

bmc_start() { if [ -e "$HOSTS/$1/redfish" ]; then redfish_start "$1"; else ipmi_start "$1"; fi; }

redfish_start() {
  local host=$1 dir=$HOSTS/$1/bmc
  mkdir -p "$dir"
  [ -s "$dir/bmc.pem" ] || (
    umask 077
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=bmc of $host" \
      -addext "subjectAltName=IP:$(bmc_address "$host")" -keyout "$dir/key" -out "$dir/certificate" 2>"$dir/openssl.log"
    cat "$dir/key" "$dir/certificate" >"$dir/bmc.pem"
  )
  setsid "$LAB_HOME/redfish-bmc" --address "$(bmc_address "$host")" --port 443 --password-file "$LAB_DIR/bmc-password" \
    --certificate "$dir/bmc.pem" "$LAB_HOME/chassis-control" "$LAB_DIR" "$host" </dev/null >"$dir/log" 2>&1 9>&- &
  echo $! >"$dir/pid"
}

ipmi_start() {
  local host=$1 dir=$HOSTS/$1/bmc password
  mkdir -p "$dir/state"
  password=$(cat "$LAB_DIR/bmc-password")
  (umask 077 && cat >"$dir/lan.conf" <<EOF
name "$host"
set_working_mc 0x20
  startlan 1
    addr $(bmc_address "$host") 623
    priv_limit admin
    allowed_auths_callback none md2 md5 straight
    allowed_auths_user none md2 md5 straight
    allowed_auths_operator none md2 md5 straight
    allowed_auths_admin none md2 md5 straight
    guid $(printf '%032x' "$(host_number "$host")")
  endlan
  chassis_control "$LAB_HOME/chassis-control $LAB_DIR $host"
  user 1 true "" "$(head -c 6 /dev/urandom | base64 | tr -dc 'a-zA-Z0-9')" user 10 none md2 md5 straight
  user 2 true "admin" "$password" admin 10 none md2 md5 straight
EOF
  )
  printf 'mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr\nmc_enable 0x20\n' >"$dir/bmc.emu"
  setsid ipmi_sim -n -c "$dir/lan.conf" -f "$dir/bmc.emu" -s "$dir/state" </dev/null >"$dir/log" 2>&1 9>&- &
  echo $! >"$dir/pid"
}

bmc_stop() {
  local pid
  for pid in $(processes_with "$(bmc_mark "$1")"); do kill -9 "$pid" 2>/dev/null || true; done
  rm -f "$HOSTS/$1/bmc/pid"
}

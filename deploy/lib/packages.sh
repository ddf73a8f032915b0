# Sourced by the scripts of deploy/: brings in Debian packages that are missing. Fast when all are there.

# need_packages NAME...: installs those that are not installed; says what to do where it cannot.
need_packages() {
  local missing=() name
  for name in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null || true)" = installed ] || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "Missing packages: ${missing[*]}. Install them (apt-get install ${missing[*]}) and try again." >&2
    exit 3
  fi
  echo "Installing: ${missing[*]}" >&2
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y --no-install-recommends "${missing[@]}" >/dev/null 2>&1 \
    || { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >&2
}

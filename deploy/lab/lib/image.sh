# Sourced by lab: the guest images. Debian's cloud kernel with a busybox initrd, bootable by BIOS, about 13 MB; and one
# that is nothing but a boot sector.

# Modules that init loads, with what they need: those of its disk at once, the others while it ticks already.
readonly GUEST_MODULES_FIRST=(virtio_pci virtio_blk)
readonly GUEST_MODULES_LATER=(virtio_scsi sd_mod virtio_net virtio_balloon virtio_rng virtio_console button evdev)

# Without what only real machines need: an emulated guest boots in two thirds of the time.
readonly GUEST_KERNEL_OPTIONS="console=ttyS0 quiet panic=5 mitigations=off nokaslr no_timer_check rcupdate.rcu_expedited=1 audit=0 apparmor=0 cryptomgr.notests pcie_ports=compat i8042.noaux i8042.nokbd 8250.nr_uarts=1 tsc=reliable random.trust_cpu=on"

# guest_image linux|ticker: prints the path of the image; builds it if it is missing or older than its sources.
guest_image() {
  local image source build
  case $1 in
    linux) image=$LAB_DIR/cache/guest.qcow2 source=$LAB_HOME/guest/init build=build_guest_image ;;
    ticker) image=$LAB_DIR/cache/ticker.qcow2 source=$LAB_HOME/guest/ticker.asm build=build_ticker_image ;;
    *) echo "There is no guest '$1'; there are linux and ticker" >&2; exit 2 ;;
  esac
  if [ ! -s "$image" ] || [ "$source" -nt "$image" ] || [ "$LAB_HOME/lib/image.sh" -nt "$image" ]; then
    mkdir -p "$LAB_DIR/cache"
    "$build" "$image" >&2
  fi
  echo "$image"
}

build_ticker_image() {
  local image=$1 raw=$1.raw
  need_packages nasm qemu-utils
  nasm -f bin -o "$raw" "$LAB_HOME/guest/ticker.asm"
  truncate -s 1M "$raw"
  qemu-img convert -f raw -O qcow2 "$raw" "$image.new"
  mv "$image.new" "$image"
  rm "$raw"
}

build_guest_image() {
  local image=$1 work kernel
  need_packages busybox-static cpio syslinux syslinux-common mtools fdisk qemu-utils kmod
  work=$(mktemp -d "$LAB_DIR/cache/image.XXXXXX")
  # shellcheck disable=SC2064
  trap "rm -rf '$work'" RETURN
  fetch_kernel "$work"
  kernel=$(basename "$work"/kernel/lib/modules/*)
  build_initrd "$work" "$kernel"
  printf 'DEFAULT linux\nPROMPT 0\nTIMEOUT 0\nLABEL linux\n KERNEL vmlinuz\n INITRD initrd\n APPEND %s\n' "$GUEST_KERNEL_OPTIONS" >"$work/syslinux.cfg"
  truncate -s 64M "$work/disk.raw"
  printf 'label: dos\nstart=2048, type=c, bootable\n' | sfdisk -q "$work/disk.raw"
  export MTOOLS_SKIP_CHECK=1
  mformat -i "$work/disk.raw@@1M" -T $((63 * 2048)) -h 16 -s 63 -c 16 ::
  mcopy -i "$work/disk.raw@@1M" "$work/kernel/boot/vmlinuz-$kernel" ::vmlinuz
  mcopy -i "$work/disk.raw@@1M" "$work/initrd" ::initrd
  mcopy -i "$work/disk.raw@@1M" "$work/syslinux.cfg" ::syslinux.cfg
  syslinux --install --offset $((1024 * 1024)) "$work/disk.raw"
  dd if=/usr/lib/syslinux/mbr/mbr.bin of="$work/disk.raw" conv=notrunc bs=440 count=1 status=none
  qemu-img convert -c -f raw -O qcow2 "$work/disk.raw" "$work/guest.qcow2"
  mv "$work/guest.qcow2" "$image"
}

# The kernel package that linux-image-cloud-amd64 stands for, unpacked but not installed.
fetch_kernel() {
  local work=$1 package
  package=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null | awk '/Depends:/ {print $2; exit}')
  if [ -z "$package" ]; then
    apt-get update >/dev/null
    package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends:/ {print $2; exit}')
  fi
  mkdir -p "$work/kernel" "$LAB_DIR/cache/kernel"
  if ! compgen -G "$LAB_DIR/cache/kernel/${package}_*.deb" >/dev/null; then
    (cd "$LAB_DIR/cache/kernel" && { apt-get download "$package" || { apt-get update && apt-get download "$package"; }; } >/dev/null 2>&1)
  fi
  dpkg-deb -x "$LAB_DIR"/cache/kernel/"${package}"_*.deb "$work/kernel"
}

# copy_modules WORK KERNEL WHEN MODULE...: and what they need, listed in the order in which they are to be loaded.
copy_modules() {
  local work=$1 kernel=$2 list=$1/root/modules/$3 module path
  shift 3
  for module in "$@"; do
    modprobe -d "$work/kernel" -S "$kernel" --show-depends "$module" 2>/dev/null | awk '$1 == "insmod" {print $2}' || true
  done | awk '!seen[$0]++' | while read -r path; do
    cp -n "$path" "$work/root/modules/"
    basename "$path" >>"$list"
  done
}

build_initrd() {
  local work=$1 kernel=$2 root=$1/root
  mkdir -p "$root/bin" "$root/modules"
  cp /usr/bin/busybox "$root/bin/busybox"
  install -m 755 "$LAB_HOME/guest/init" "$root/init"
  # The guest would make these links itself, a few hundred of them, at every boot.
  busybox --list | while read -r applet; do [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"; done
  depmod -b "$work/kernel" "$kernel"
  copy_modules "$work" "$kernel" first "${GUEST_MODULES_FIRST[@]}"
  copy_modules "$work" "$kernel" later "${GUEST_MODULES_LATER[@]}"
  (cd "$root" && find . | cpio -o -H newc --quiet | gzip -9) >"$work/initrd"
}

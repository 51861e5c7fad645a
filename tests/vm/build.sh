#!/usr/bin/env bash
# Builds the virtual machines of tests/kernel_pins_test.ts, if they aren't built yet, and installs what that needs:
#
#   tests/vm/build.sh [--check] [6.12] [6.1] [pi3]
#
# 6.12 and 6.1 are Debian's kernels with gpio-sim, for run.sh; pi3 is an emulated Raspberry Pi 3, for pi3.sh.
# Exits with 75 and one line if this machine can't have them, and with --check also if they are yet to be built.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${PINWIRE_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pinwire-vm}
log=$cache/build.log
export DEBIAN_FRONTEND=noninteractive

# What a build prints goes to the log, its last word to the user.
exec 3>&2

cannot() {
  echo "tests/vm/build.sh: $1" >&3
  exit 75
}

is_built() {
  command -v "$(emulator "$1")" cpio >/dev/null && [ "$(cat "$cache/$1/stamp" 2>/dev/null)" = "$recipe" ]
}

emulator() {
  [ "$1" = pi3 ] && echo qemu-system-aarch64 || echo qemu-system-x86_64
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

install_packages() {
  dpkg -s "$@" >/dev/null 2>&1 || as_root apt-get install -y -qq --no-install-recommends "$@" ||
    cannot "apt-get could not install a package, see $log"
}

download() {
  apt-get download -qq "$@" || cannot "apt-get could not download a package, see $log"
}

# The version of the newest kernel of a series that this Debian has, as in 6.1.0-44-amd64. On Debian 12, 6.1 is
# the default and 6.12 has a name of its own; on Debian 13 it is the other way round.
kernel_version() {
  local name
  for name in linux-image-amd64 "linux-image-$1-amd64"; do
    { apt-cache depends "$name" 2>/dev/null || true; } | sed -n "s/.*Depends: linux-image-\($1\.[0-9].*-amd64\)$/\1/p"
  done | head -n 1
}

# Debian's kernels come without gpio-sim, so that is built from their source, as a module for the same version.
build_gpio_sim() {
  local series=$1 version=$2
  download "linux-image-$version" "linux-source-$series"
  dpkg-deb -x linux-image-"$version"_*.deb kernel
  dpkg-deb -x linux-source-"$series"_*.deb source
  tar -C source -xJf "source/usr/src/linux-source-$series.tar.xz" --strip-components=1 \
    "linux-source-$series/drivers/gpio" "linux-source-$series/kernel/irq"
  mkdir module
  cp source/drivers/gpio/{gpio-sim.c,gpiolib.h} source/kernel/irq/irq_sim.c module/
  [ ! -f source/drivers/gpio/dev-sync-probe.c ] || cp source/drivers/gpio/dev-sync-probe.[ch] module/
  # irq_sim isn't in these kernels either, and uses a function that modules don't get; this one they do.
  sed -i -e 's/irq_to_desc(\([a-z_]*\))/irq_data_to_desc(irq_get_irq_data(\1))/' \
    -e '/#include <linux\/irq_sim.h>/a #include <linux/irqdesc.h>' module/irq_sim.c
  # A parameter for the number of the first line, which each Raspberry Pi has elsewhere.
  sed -i -e 's/gc->base = -1;/gc->base = sim_base;/' \
    -e '0,/^struct gpio_sim_chip {/s//static int sim_base = -1;\nmodule_param(sim_base, int, 0644);\n\n&/' \
    module/gpio-sim.c
  grep -q 'gc->base = sim_base;' module/gpio-sim.c
  printf 'obj-m := gpio-sim-pi.o\ngpio-sim-pi-y := gpio-sim.o irq_sim.o\n' >module/Makefile
  make -s -C "/lib/modules/$version/build" M="$PWD/module" modules
}

# The guest's own files are few: the rest of its system is the host's, which init mounts.
build_x86() {
  local series=$1 version module file
  [ "$(uname -m)" = x86_64 ] || cannot "kernel $series needs an x86-64 machine"
  version=$(kernel_version "$series")
  [ -n "$version" ] || cannot "this Debian has no kernel $series"
  install_packages qemu-system-x86 busybox-static cpio kmod xz-utils gcc make udev "linux-headers-$version"
  build_gpio_sim "$series" "$version"
  depmod -b kernel "$version"
  mkdir -p root/{bin,dev,proc,sys,modules,newroot,low,up,control}
  for module in virtio_pci 9pnet_virtio 9p overlay virtio_console virtio_rng configfs; do
    modprobe -d "$PWD/kernel" -S "$version" --show-depends "$module" | awk '/^insmod/ { print $2 }'
  done | awk '!seen[$0]++' >files
  while read -r file; do
    module=$(basename "$file" .xz)
    if [[ $file = *.xz ]]; then xz -dc "$file" >"root/modules/$module"; else cp "$file" "root/modules/$module"; fi
    echo "$module" >>root/modules/order
  done <files
  cp module/gpio-sim-pi.ko root/modules/
  cp /bin/busybox root/bin/
  (cd root && find . | cpio -o -H newc --quiet | gzip -1) >initrd.gz
  cp "kernel/boot/vmlinuz-$version" vmlinuz
}

# Debian for arm64 with its real driver of the Pi's pins, busybox, Mosquitto, and Deno. apt gets lists of its own for
# that, so that the machine's stay as they are.
build_pi3() {
  local kernel deno file apt broker=(mosquitto mosquitto-clients)
  command -v npm >/dev/null || cannot "an emulated Pi 3 needs npm, to get Deno for it"
  deno=$(sed -n 's/.*deno@\([0-9.]*\).*/\1/p' "$here/../../.ci/run" | head -n 1)
  install_packages qemu-system-arm cpio
  mkdir -p lists/partial packages base/{bin,dev,proc,sys,tmp,app,lib/aarch64-linux-gnu}
  apt=(-o APT::Architecture=arm64 -o APT::Architectures=arm64 -o "Dir::State::Lists=$PWD/lists"
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=)
  apt-get "${apt[@]}" update -qq || cannot "apt-get update failed for arm64, see $log"
  kernel=$({ apt-cache "${apt[@]}" depends linux-image-arm64 || true; } |
    sed -n 's/.*Depends: \(linux-image-[0-9].*-arm64\)$/\1/p' | head -n 1)
  [ -n "$kernel" ] || cannot "this Debian has no kernel for arm64"
  # With all its libraries, as if nothing were installed.
  mapfile -t -O 2 broker < <(apt-get "${apt[@]}" -o Dir::State::status=/dev/null -s --no-install-recommends \
    install "${broker[@]}" | sed -n 's/^Inst \(lib[^ ]*\).*/\1/p')
  download "${apt[@]}" "$kernel" busybox-static "${broker[@]}"
  for file in *.deb; do dpkg-deb -x "$file" packages; done
  npm pack --silent "@deno/linux-arm64-glibc@$deno" || cannot "npm could not download Deno for arm64, see $log"
  tar -xzf deno-linux-arm64-glibc-*.tgz
  install -m 755 package/deno packages/bin/busybox packages/usr/sbin/mosquitto packages/usr/bin/mosquitto_* base/bin/
  find packages -path '*/lib/aarch64-linux-gnu/lib*.so.*' -exec cp -P {} base/lib/aarch64-linux-gnu/ \;
  cp -L "$(find packages -name ld-linux-aarch64.so.1 -type f | head -n 1)" base/lib/
  (cd base && find . | cpio -o -H newc --quiet | gzip -1) >initrd.gz
  cp packages/boot/vmlinuz-* vmlinuz
  find packages -name bcm2837-rpi-3-b.dtb -exec cp {} pi3.dtb \;
}

build() {
  local work=$cache/$image.new file
  rm -rf "$work"
  mkdir -p "$work"
  cd "$work"
  set -x
  if [ "$image" = pi3 ]; then build_pi3; else build_x86 "$image"; fi
  mkdir -p "$cache/$image"
  rm -f "$cache/$image/stamp"
  for file in vmlinuz initrd.gz pi3.dtb; do
    [ ! -f "$file" ] || mv "$file" "$cache/$image/"
  done
  echo "$recipe" >"$cache/$image/stamp"
  cd "$cache"
  rm -rf "$work"
}

# Whoever boots an image adds its init, which therefore is no part of the recipe.
recipe=$(sha256sum "$here/build.sh" | cut -c 1-16)
check=
[ "${1-}" != --check ] || { check=yes; shift; }
[ $# -gt 0 ] || set -- 6.12 6.1 pi3

missing=()
for image in "$@"; do
  [[ $image =~ ^(6\.12|6\.1|pi3)$ ]] || { echo "tests/vm/build.sh: there is no image $image" >&2; exit 2; }
  is_built "$image" || missing+=("$image")
done
[ ${#missing[@]} -gt 0 ] || exit 0
[ -z "$check" ] || cannot "not built yet: ${missing[*]}"

command -v apt-get >/dev/null && grep -q '^ID=debian' /etc/os-release || cannot "this needs Debian"
[ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null || cannot "this needs root, or sudo without a password"
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
: >"$log"
as_root apt-get update -qq >>"$log" 2>&1 || cannot "apt-get update failed, see $log"
for image in "${missing[@]}"; do
  # Not as "build ||": then bash would go on after a command of it that fails.
  build >>"$log" 2>&1 &
  wait $! && continue || status=$?
  [ $status != 75 ] || exit 75
  tail -n 20 "$log" >&2
  echo "tests/vm/build.sh: building $image failed, see $log" >&2
  exit 1
done

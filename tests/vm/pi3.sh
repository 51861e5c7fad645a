#!/usr/bin/env bash
# Runs a command in an emulated Raspberry Pi 3 with Linux's own driver of its pins, and exits with its code:
#
#   tests/vm/pi3.sh [-t SECONDS] [-b BINARY] -- COMMAND...
#
# The guest has busybox, Mosquitto and Deno for arm64, lib and tests/vm of this project in /app, with -b a compiled
# pinwire beside them, and no network. `devmem 0x3f200034` there prints the levels of the pins as their register has
# them, bit 17 being GPIO17. What the command prints comes from a console: stdout and stderr are one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${PINWIRE_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pinwire-vm}
seconds=400 binary=
while getopts t:b: option; do
  case $option in
    t) seconds=$OPTARG ;;
    b) binary=$OPTARG ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
"$here/build.sh" --check pi3

run=$(mktemp -d)
qemu=
# Only ever our own one, which may be gone already.
trap '[ -z "$qemu" ] || kill "$qemu" 2>/dev/null || true; rm -rf "$run"' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
mkdir -p "$run/root/app/tests"
cp -r "$here/../../lib" "$run/root/app/"
cp -r "$here" "$run/root/app/tests/"
[ -z "$binary" ] || install -m 755 "$binary" "$run/root/app/pinwire"
install -m 755 "$here/pi3_init" "$run/root/init"
{ printf exec; printf ' %q' "$@"; echo; } >"$run/root/command"
# Linux unpacks one archive after the other: the second one adds what differs between runs.
{ cat "$cache/pi3/initrd.gz"; cd "$run/root" && find . | cpio -o -H newc --quiet | gzip -1; } >"$run/initrd"
timeout -k 5 "$seconds" qemu-system-aarch64 -M raspi3b -kernel "$cache/pi3/vmlinuz" -dtb "$cache/pi3/pi3.dtb" \
  -initrd "$run/initrd" -append "console=ttyS1,115200 iomem=relaxed panic=-1 loglevel=1 quiet" \
  -display none -no-reboot -serial null -serial "file:$run/console" </dev/null >"$run/qemu" 2>&1 &
qemu=$!
wait "$qemu" || true
qemu=
tr -d '\r' <"$run/console" >"$run/text"
sed -n '/^@@BEGIN/,/^@@CODE/p' "$run/text" | sed '/^@@/d'
code=$(sed -n 's/^@@CODE \([0-9]*\)[.].*/\1/p' "$run/text")
[ -z "$code" ] || exit "$code"
echo "tests/vm/pi3.sh: no result within $seconds s; the last of the console:" >&2
tail -n 40 "$run/qemu" "$run/text" >&2
exit 125

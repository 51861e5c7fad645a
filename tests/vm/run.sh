#!/usr/bin/env bash
# Runs a command in a virtual machine that has a real Linux GPIO chip (gpio-sim), and exits with its code:
#
#   tests/vm/run.sh [-k 6.12|6.1] [-l LABEL] [-n LINES] [-b BASE] [-t SECONDS] -- COMMAND...
#
# Without options it is dressed as a Raspberry Pi 4. Line 22 is held by a driver, and there is a second chip with the
# label raspberrypi-exp-gpio. The guest is root, has no network, sees the files of the host, and takes what it writes
# along when it goes. In /sys/kernel/config/gpio-sim/pi the chip can be unplugged (live), and
# /sys/devices/platform/DEV_NAME/CHIP_NAME/sim_gpioN/value is the other end of line N's wire.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${PINWIRE_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pinwire-vm}
kernel=6.12 label=pinctrl-bcm2711 lines=58 base=512 seconds=1500
while getopts k:l:n:b:t: option; do
  case $option in
    k) kernel=$OPTARG ;;
    l) label=$OPTARG ;;
    n) lines=$OPTARG ;;
    b) base=$OPTARG ;;
    t) seconds=$OPTARG ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
"$here/build.sh" --check "$kernel"

run=$(mktemp -d)
qemu=
# Only ever our own one, which may be gone already.
trap '[ -z "$qemu" ] || kill "$qemu" 2>/dev/null || true; rm -rf "$run"' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
printf 'LABEL=%q LINES=%q BASE=%q\n' "$label" "$lines" "$base" >"$run/options"
{
  # Of Deno's caches only the packages, as the host may change the others meanwhile.
  printf 'mkdir /run/deno && ln -s %q /run/deno/npm\n' "${DENO_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/deno}/npm"
  printf 'export PATH=%q HOME=%q DENO_DIR=/run/deno DENO_NO_UPDATE_CHECK=1 NO_COLOR=1\n' "$PATH" "$HOME"
  printf 'cd %q && exec' "$PWD"
  printf ' %q' "$@"
} >"$run/command.sh"
mkdir "$run/root"
install -m 755 "$here/init" "$run/root/init"
# Linux unpacks one archive after the other: the second one adds what isn't in the image.
{ cat "$cache/$kernel/initrd.gz"; cd "$run/root" && find . | cpio -o -H newc --quiet | gzip -1; } >"$run/initrd"
touch "$run/out" "$run/err"

# -M q35 and no KVM, so that it is the same everywhere. The processor has what Deno needs and no more, and programs lie
# where they lay before: what was translated once is translated for all processes. On a busy host the emulated timer
# comes late, and its check at boot would panic.
boot() {
  timeout -k 5 "$seconds" qemu-system-x86_64 -M q35 -accel tcg,thread=multi \
    -cpu qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt -smp 1 -m 1536 \
    -nodefaults -no-user-config -display none -no-reboot \
    -kernel "$cache/$kernel/vmlinuz" -initrd "$run/initrd" \
    -append "console=ttyS0 quiet loglevel=4 panic=-1 random.trust_cpu=on tsc=reliable mitigations=off norandmaps no_timer_check" \
    -serial "file:$run/console" \
    -fsdev local,id=host,path=/,security_model=none,readonly=on,multidevs=remap \
    -device virtio-9p-pci,fsdev=host,mount_tag=host \
    -fsdev local,id=control,path="$run",security_model=none \
    -device virtio-9p-pci,fsdev=control,mount_tag=control \
    -device virtio-rng-pci -device virtio-serial-pci \
    -chardev file,id=out,path="$run/out" -device virtserialport,chardev=out,name=out \
    -chardev file,id=err,path="$run/err" -device virtserialport,chardev=err,name=err \
    </dev/null >"$run/qemu" 2>&1 &
  qemu=$!
  wait "$qemu" || true
  qemu=
}
complains() {
  grep -qE 'WARNING:|BUG:|Oops|Call Trace|general protection' "$run/console"
}

boot
# An emulated processor fails a kernel now and then while that starts. What we run in it fails each time.
if complains && [ ! -s "$run/out" ] && [ ! -s "$run/err" ] && [ ! -e "$run/code" ]; then
  boot
fi
cat "$run/out"
cat "$run/err" >&2
# What the kernel itself finds wrong counts, whatever the command says.
if complains; then
  echo "tests/vm/run.sh: the kernel complains:" >&2
  tail -n 60 "$run/console" >&2
  exit 125
fi
[ ! -s "$run/code" ] || exit "$(cat "$run/code")"
echo "tests/vm/run.sh: no result within $seconds s; the last of the console:" >&2
tail -n 40 "$run/qemu" "$run/console" >&2
exit 125

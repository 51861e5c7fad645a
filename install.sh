#!/bin/sh
# Installs pinwire. `sh install.sh --help` tells how to have another version or another place.
set -eu
# The words of curl, wget and tar are read below.
export LC_ALL=C

releases=https://github.com/pinwire/pinwire/releases

usage() {
  cat <<'END'
Installs pinwire: the program, its man page, and completions for bash, zsh and fish.

  sh install.sh [--version V] [--dir D]
  sh install.sh --uninstall [--dir D]

  --version V   this version; without it, the newest
  --dir D       the folder of the program (default: ~/.local/bin); the rest goes to
                D/../share where D ends in /bin, and to ~/.local/share where not
  --uninstall   removes what an installation put there
  --help        this text

PINWIRE_BASE_URL names another place that has what the project's releases page has.
END
}

# All is read before anything is done: half a script that came through a pipe does nothing.
main() {
  base=${PINWIRE_BASE_URL:-$releases}
  base=${base%/}
  job=install version='' dir='' work='' exe=''
  while [ $# -gt 0 ]; do
    case $1 in
      --version=* | --dir=*)
        option=${1%%=*} value=${1#*=}
        shift
        set -- "$option" "$value" "$@"
        ;;
    esac
    case $1 in
      --version | --dir)
        [ -n "${2-}" ] || misused "$1 needs a value"
        if [ "$1" = --dir ]; then dir=$2; else version=${2#v}; fi
        shift
        ;;
      --uninstall) job=uninstall ;;
      --help | -h) usage && exit ;;
      *) misused "there is no $1; --help tells what there is" ;;
    esac
    shift
  done
  find_platform
  find_folders
  "$job"
}

misused() {
  echo "install.sh: $1" >&2
  exit 2
}

# What it tells of may come from a server: it moves no cursor and paints nothing.
fail() {
  printf 'install.sh: %s\n' "$(printf %s "$1" | tr -d '\000-\037\177')" >&2
  exit 1
}

# What Deno calls this machine, or why there is no pinwire for it.
find_platform() {
  system=$(uname -s) machine=$(uname -m) archive=tar.gz
  case $system in
    Linux) system=unknown-linux-gnu ;;
    Darwin) system=apple-darwin ;;
    MINGW* | MSYS* | CYGWIN*) system=pc-windows-msvc exe=.exe archive=zip ;;
    *) fail "there is no pinwire for $system; with Deno it runs from its source, if there is a Deno for $system" ;;
  esac
  # A 64-bit kernel may have 32-bit programs only, as on the 32-bit Raspberry Pi OS.
  if [ "$system" = unknown-linux-gnu ] && [ "$(getconf LONG_BIT 2>/dev/null)" = 32 ]; then
    case $machine in aarch64 | arm64) machine=armv8l ;; x86_64 | amd64) machine=i686 ;; esac
  fi
  # A shell that Rosetta translates.
  if [ "$(sysctl -n sysctl.proc_translated 2>/dev/null)" = 1 ]; then machine=arm64; fi
  case $machine in
    x86_64 | amd64) machine=x86_64 ;;
    aarch64 | arm64) machine=aarch64 ;;
    arm*) fail "there is no pinwire for 32-bit ARM ($machine), as Deno has no such build: install the 64-bit Raspberry Pi OS, or switch pins with examples/led_agent.py of the project, which needs nothing but Python 3" ;;
    *) fail "there is no pinwire for $machine, as Deno has no such build" ;;
  esac
  target=$machine-$system
}

find_folders() {
  home=${HOME-}
  [ -n "$home$dir" ] || fail "HOME is not set: name a folder with --dir"
  [ -n "$dir" ] || dir=$home/.local/bin
  case $dir in /* | [A-Za-z]:*) ;; *) dir=$PWD/$dir ;; esac
  dir=${dir%/}
  case $dir in
    */bin) share=${dir%/bin}/share ;;
    *)
      [ -n "$home" ] || fail "HOME is not set: name a folder with --dir that ends in /bin"
      share=$home/.local/share
      ;;
  esac
}

# Calls $1 with each file of an archive, its place here and its mode.
each_file() {
  "$1" "pinwire$exe" "$dir/pinwire$exe" 755
  "$1" pinwire.1 "$share/man/man1/pinwire.1" 644
  "$1" completions/pinwire.bash "$share/bash-completion/completions/pinwire" 644
  "$1" completions/_pinwire "$share/zsh/site-functions/_pinwire" 644
  "$1" completions/pinwire.fish "$share/fish/vendor_completions.d/pinwire.fish" 644
}

install() {
  if [ "$system" = unknown-linux-gnu ] && ldd --version 2>&1 | grep -qi musl; then
    fail "there is no pinwire for Alpine and other systems with musl, as Deno needs glibc: take Debian, or the image of examples/Dockerfile"
  fi
  find_tools
  [ -n "$version" ] || find_newest
  is_version "$version" || fail "\"$version\" is no version: it is like 0.1.0"
  each_file make_way

  # Beside the program: there is room on a disk where /tmp may be in memory, and programs may run.
  said=$(mkdir -p "$dir" 2>&1 && mktemp -d "$dir/.pinwire.XXXXXX" 2>&1) || fail "can't write in $dir: $said"
  work=$said
  trap clean_up EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 141' PIPE
  trap 'exit 143' TERM

  name=pinwire-$target.$archive
  echo "Downloading pinwire $version for $target"
  download "$base/download/v$version/SHA256SUMS" "$work/SHA256SUMS"
  download "$base/download/v$version/$name" "$work/$name"
  check_sum
  unpack
  try
  each_file stage
  each_file place
  echo "Installed $dir/pinwire$exe, its man page, and completions for bash, zsh and fish"
  hint
}

is_version() {
  case $1 in *[!0-9A-Za-z.+-]*) return 1 ;; [0-9]*) ;; *) return 1 ;; esac
}

# What is moved to a folder gets into it.
make_way() {
  [ ! -d "$2" ] || fail "$2 is a folder: name another one with --dir, or move it away"
}

find_tools() {
  if command -v curl >/dev/null; then
    getter=curl
  elif command -v wget >/dev/null; then
    getter=wget
  else
    fail "neither curl nor wget is here: install one of them"
  fi
  if command -v sha256sum >/dev/null; then
    summer=sha256sum
  elif command -v shasum >/dev/null; then
    summer='shasum -a 256'
  else
    fail "neither sha256sum nor shasum is here, so the download could not be checked: install one of them"
  fi
  unpacker=tar
  [ "$archive" = tar.gz ] || unpacker=unzip
  command -v "$unpacker" >/dev/null || fail "$unpacker is not here: install it"
}

# No redirection leads from https to http.
run_curl() {
  case $base in
    https:*) curl --proto =https --connect-timeout 30 -sS "$@" 2>&1 ;;
    *) curl --connect-timeout 30 -sS "$@" 2>&1 ;;
  esac
}

# The page of the newest release is a redirection to the one of its tag.
find_newest() {
  if [ "$getter" = curl ]; then
    said=$(run_curl -o /dev/null -w '%{redirect_url}' "$base/latest") || unreachable "$base/latest" "$said"
    location=$said
  else
    said=$(wget -S --spider "$base/latest" 2>&1) || true
    location=$(printf '%s\n' "$said" | sed -n 's/^ *[Ll]ocation: *\([^ ]*\).*/\1/p' | tr -d '\r' | head -n 1)
    [ -n "$location" ] || case $said in *HTTP/*) ;; *) unreachable "$base/latest" "$said" ;; esac
  fi
  version=${location##*/v}
  is_version "$version" || fail "$base/latest does not say which version is the newest: name one with --version"
}

download() {
  if [ "$getter" = curl ]; then
    said=$(run_curl -fL -o "$2" "$1") && return
  else
    if said=$(wget -O "$2" "$1" 2>&1); then
      # BusyBox says so where it has no openssl to ask.
      case $said in *"certificate validation not implemented"*) ;; *) return ;; esac
      fail "the wget here takes any server for the right one: install curl"
    fi
  fi
  case $said in
    *"error: 404"* | *"ERROR 404"* | *"404 Not Found"*) fail "there is no $1: is there a version $version, and has it been built for $target?" ;;
    *"(23)"* | *"No space left"*) no_room ;;
    *) unreachable "$1" "$said" ;;
  esac
}

unreachable() {
  fail "can't get $1: $(printf '%s\n' "$2" | sed '/^ *$/d' | tail -n 1)"
}

no_room() {
  fail "the disk of $dir is full: pinwire needs 200 MB there while it is installed"
}

check_sum() {
  wanted=$(awk -v name="$name" '$2 == name || $2 == "*" name { print $1 }' "$work/SHA256SUMS")
  [ -n "$wanted" ] || fail "$base/download/v$version/SHA256SUMS does not name $name"
  got=$($summer <"$work/$name")
  [ "$wanted" = "${got%% *}" ] ||
    fail "$name is not what SHA256SUMS says: it was damaged on its way or changed, so nothing was installed"
}

unpack() {
  case $unpacker in
    tar) said=$(tar -xzf "$work/$name" -C "$work" 2>&1) && return ;;
    unzip) said=$(unzip -q "$work/$name" -d "$work" 2>&1) && return ;;
  esac
  case $said in
    *"No space left"* | *"disk full"* | *"write error"*) no_room ;;
    *) fail "can't unpack $name: $(printf '%s\n' "$said" | tail -n 1)" ;;
  esac
}

# Whatever a machine lacks, what doesn't start here isn't installed.
try() {
  "$work/pinwire$exe" --version </dev/null >"$work/said" 2>&1 && return
  pages=$(getconf PAGESIZE 2>/dev/null) || pages=
  case $pages in
    16384 | 65536)
      fail "pinwire doesn't start here, as this kernel has memory pages of $((pages / 1024)) KiB and Deno is built for 4 KiB: on a Raspberry Pi 5 write the line kernel=kernel8.img into /boot/firmware/config.txt, restart it, and install again"
      ;;
  esac
  fail "pinwire doesn't start here: $(sed '/^ *$/d' "$work/said" | tail -n 1)"
}

# The new files stand beside the old ones, which costs room, before any is replaced, which costs none. Their names are
# those of this installation, as there may be another one at the same time.
stage() {
  new=$2.${work##*.}
  said=$(mkdir -p "${2%/*}" 2>&1 && mv "$work/$1" "$new" 2>&1 && chmod "$3" "$new" 2>&1) && return
  case $said in
    *"No space left"*) no_room ;;
    *) fail "can't write $2: $(printf '%s\n' "$said" | tail -n 1)" ;;
  esac
}

place() {
  mv "$2.${work##*.}" "$2"
}

unstage() {
  rm -f "$2.${work##*.}"
}

clean_up() {
  each_file unstage
  rm -rf "$work"
}

hint() {
  case ":${PATH-}:" in
    *":$dir:"*) ;;
    *) echo "Your shell doesn't look for programs there yet: write  export PATH=\"$dir:\$PATH\"  into ~/.profile, and log in anew" ;;
  esac
  case ${SHELL-} in
    */zsh) echo "For completions in zsh, ~/.zshrc needs  fpath=(\"$share/zsh/site-functions\" \$fpath)  before compinit" ;;
  esac
}

uninstall() {
  if [ ! -e "$dir/pinwire$exe" ] || [ -d "$dir/pinwire$exe" ]; then fail "there is no pinwire in $dir"; fi
  each_file remove
  echo "Removed $dir/pinwire$exe, its man page and its completions"
}

remove() {
  rm -f "$2" || fail "can't remove $2"
}

main "$@"

#!/bin/sh
# archive.sh FOLDER PINWIRE
# Packs each FOLDER/TARGET/pinwire into FOLDER/pinwire-TARGET.tar.gz (for Windows .zip) with what goes with it, and
# writes FOLDER/SHA256SUMS. PINWIRE runs on this machine: it writes the man page and the completions.
set -eu
folder=$(cd "$1" && pwd)
pinwire=$2
project=$(cd "$(dirname "$0")/.." && pwd)
with=$(mktemp -d)
trap 'rm -rf "$with"' EXIT

mkdir "$with/completions"
"$pinwire" help --man >"$with/pinwire.1"
"$pinwire" completions bash >"$with/completions/pinwire.bash"
"$pinwire" completions zsh >"$with/completions/_pinwire"
"$pinwire" completions fish >"$with/completions/pinwire.fish"
cp "$project"/README*.md "$project/LICENSE" "$with"

cd "$folder"
for target in */; do
  target=${target%/}
  cp -R "$with/." "$target"
  case $target in
    *windows*) (cd "$target" && zip -qrX "../pinwire-$target.zip" -- *) ;;
    *) (cd "$target" && tar -czf "../pinwire-$target.tar.gz" --owner=0 --group=0 --sort=name -- *) ;;
  esac
done
sha256sum pinwire-*.* >SHA256SUMS

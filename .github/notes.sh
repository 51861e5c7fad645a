#!/bin/sh
# notes.sh VERSION
# Prints the section of VERSION in CHANGELOG.md, which is what its release tells.
set -eu
awk -v version="$1" '
  /^## / { inside = $2 == version || $2 == "[" version "]"; next }
  inside { print; found = 1 }
  END { exit !found }
' "$(dirname "$0")/../CHANGELOG.md" || {
  echo "CHANGELOG.md has no section of $1" >&2
  exit 1
}

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# jpeg.sh FILE...: what JPEG files become by contexts alone, how fast (of user time, one core), and what
# cjxl makes of them without loss, where it is installed. Every file must come back.
set -euo pipefail

(($# > 0)) || { sed -n 3,4p "$0" >&2; exit 2; }
nnzip=${NNZIP:-$(dirname "${BASH_SOURCE[0]}")/../run}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Seconds of user time of a command, whose output goes to a file.
seconds() { # FILE COMMAND...
  local out=$1
  shift
  { TIMEFORMAT=%U; time "$@" >"$out" 2>/dev/null; } 2>&1
}

for file in "$@"; do
  coding=$(seconds "$work/nnz" "$nnzip" compress -4 --model none -T1 -c "$file")
  decoding=$(seconds "$work/out" "$nnzip" decompress -T1 -c "$work/nnz")
  cmp -s "$work/out" "$file" || { echo "$file does not come back" >&2; exit 1; }
  jxl=0
  if command -v cjxl >/dev/null && cjxl --lossless_jpeg=1 -e 7 "$file" "$work/jxl" &>/dev/null; then
    jxl=$(stat -Lc %s "$work/jxl")
  fi
  echo "$(stat -Lc %s "$file") $(stat -c %s "$work/nnz") $jxl $coding $decoding $(basename "$file")"
done | awk '
  BEGIN { print "| file | bytes | nnzip | cjxl | kB/s | back |\n|---|---:|---:|---:|---:|---:|" }
  function row(name, n, c, j, t, u) {
    printf "| %s | %d | %.4f | %s | %.0f | %.0f |\n", name, n, c / n, j ? sprintf("%.4f", j / n) : "-",
      n / 1000 / (t + 0.001), n / 1000 / (u + 0.001)
  }
  { row($6, $1, $2, $3, $4, $5); n += $1; c += $2; j += $3 ? $3 : $1; t += $4; u += $5 }
  END { row("all " NR, n, c, j, t, u) }'

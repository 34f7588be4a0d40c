#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a terabyte costs: terabyte.sh [--bytes N] [FILE] prints Markdown, core-hours both ways by level.
#
# By processor time of coding FILE, which is documents and sources of this repository unless it is given,
# or its first N bytes (1000000 unless --bytes says otherwise), with NNZIP, build/release/nnzip unless set.
# Other work on the machine makes figures worse, but less than those by the clock.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bytes=1000000
if [[ ${1:-} == --bytes ]]; then
  bytes=$2
  shift 2
fi
nnzip=${NNZIP:-$root/build/release/nnzip}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if (($# > 0)); then
  head -c "$bytes" "$1" >"$work/content"
else
  (cd "$root" && git ls-files '*.md' 'src/*.cpp' 'src/*.h' | LC_ALL=C sort | xargs cat 2>/dev/null) | head -c "$bytes" >"$work/content" || true
fi
size=$(stat -c %s "$work/content")

core_seconds() { # core_seconds COMMAND...: of input and output in files that descriptors 3 and 4 are
  local TIMEFORMAT='%U %S'
  { time "$@" <&3 >&4; } 2>&1 | awk '{ print $1 + $2 }'
}

row() { # row NAME COMMAND...: which compresses, and decompresses with -dc instead of its options
  local name=$1 forth back
  shift
  forth=$(core_seconds "$@" 3<"$work/content" 4>"$work/coded")
  back=$(core_seconds "$1" -dc 3<"$work/coded" 4>"$work/again")
  cmp "$work/content" "$work/again"
  awk -v name="$name" -v size="$size" -v coded="$(stat -c %s "$work/coded")" -v forth="$forth" -v back="$back" 'BEGIN {
    hours = 1e12 / size / 3600
    printf "| %s | %.1f %% | %.0f | %.0f |\n", name, 100 * coded / size, forth * hours, back * hours
  }'
}

echo "| $size bytes of text | size | core-hours to compress 10^12 bytes | to decompress |"
echo '|---|---:|---:|---:|'
for level in 1 3 4 5 7 9; do row "nnzip -$level" "$nnzip" "-$level" -c; done
for peer in 'zstd -19' 'xz -9'; do
  if command -v "${peer%% *}" >/dev/null; then row "$peer" ${peer} -c; fi
done
